import assert from "node:assert/strict";

import type { Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { Cluster } from "./support/cluster.ts";
import { RawWorker } from "./support/rawWorker.ts";
import { present } from "../support/present.ts";

/** A run of four shards, which a worker by hand delivers in any order. */
const INPUT = {
  network: { width: 2, depth: 1000, weights: "gaussian", negativeSlope: 0.01, gain: "he" },
  stoppingRule: { replicaCount: 2048 },
  backend: "reference",
} as const;

describe("watching a run", () => {
  it("shows what has arrived beside the prefix that is folded", async () => {
    await using cluster = await Cluster.start(0, 1);
    using worker = new RawWorker(cluster.address);
    worker.join("by-hand", 2);
    const finished = cluster.estimate(INPUT);
    const { leases } = await worker.next("grant");
    const name = await cluster.onlyRun();
    const watch = cluster.api.watchRun(name)[Symbol.asyncIterator]();

    await worker.deliver(present(leases[2]));
    const ahead = await nextWith(watch, (run) => run.progress?.completedShardCount === 1);
    assert.equal(ahead.state, "RUN_STATE_RUNNING");
    assert.deepEqual([ahead.shardCount, ahead.replicaCount], [0, "0"]);
    assert.equal(ahead.lyapunovExponent?.estimate, undefined);
    const live = ahead.progress?.liveLyapunovExponent?.estimate;
    assert.ok(live !== undefined && Number.isFinite(live));

    await worker.deliver(present(leases[0]));
    const folded = await nextWith(watch, (run) => run.shardCount === 1);
    assert.equal(folded.replicaCount, "512");
    assert.ok(folded.lyapunovExponent?.estimate !== undefined);
    assert.notEqual(
      folded.progress?.liveLyapunovExponent?.estimate,
      folded.lyapunovExponent.estimate,
    );

    await worker.deliver(present(leases[1]));
    await worker.deliver(present(leases[3]));
    const last = await nextWith(watch, (run) => run.state === "RUN_STATE_SUCCEEDED");
    assert.equal(last.shardCount, 4);
    assert.equal((await watch.next()).done, true, "the stream ends with the run");
    assert.equal((await finished).lyapunovExponent?.estimate, last.lyapunovExponent?.estimate);
  });
});

describe("watching a sweep", () => {
  it("sends all runs first, then those that change, and all once more at the end", async () => {
    await using cluster = await Cluster.start(1, 1);
    const runs = [1, 2, 3].map((seed) => ({
      network: {
        width: 7,
        depth: 8,
        negativeSlope: 0.01,
        weights: "WEIGHT_LAW_GAUSSIAN" as const,
        namedGain: "NAMED_GAIN_HE" as const,
      },
      seed,
      stoppingRule: { replicaCount: 5 * 65_536 },
    }));
    const created = await cluster.api.createSweep({ displayName: "three", runs }, "");
    const names = created.runs.map(({ name }) => name);
    const seen = await Array.fromAsync(cluster.api.watchSweep(created.name));
    const [first, last] = [present(seen.at(0)), present(seen.at(-1))];
    assert.ok(seen.length >= 3, "the sweep was seen while it ran");
    for (const whole of [first, last])
      assert.deepEqual(
        whole.runs.map(({ name }) => name),
        names,
      );
    assert.deepEqual([last.state, last.endedRunCount], ["RUN_STATE_SUCCEEDED", 3]);
    for (const { runs: changed, state } of seen.slice(1, -1)) {
      assert.ok(changed.length > 0 && changed.every(({ name }) => names.includes(name)));
      assert.equal(state, "RUN_STATE_RUNNING");
    }
    const ended = seen.map(({ endedRunCount }) => endedRunCount);
    assert.deepEqual(
      ended,
      ended.toSorted((a, b) => a - b),
    );
  });
});

describe("watching a sweep by pages", () => {
  it("sends all runs some at a time, then those that change, each as it has ended", async () => {
    await using cluster = await Cluster.start(1, 1);
    const runs = [1, 2, 3, 4, 5].map((seed) => ({
      network: {
        width: 7,
        depth: 8,
        negativeSlope: 0.01,
        weights: "WEIGHT_LAW_GAUSSIAN" as const,
        namedGain: "NAMED_GAIN_HE" as const,
      },
      seed,
      stoppingRule: { replicaCount: 65_536 },
    }));
    const created = await cluster.api.createSweep({ displayName: "five", runs }, "");
    const names = created.runs.map(({ name }) => name);
    const seen = await Array.fromAsync(cluster.api.watchSweep(created.name, 2));
    for (const sweep of seen) {
      assert.ok(sweep.runs.length <= 2);
      assert.deepEqual([sweep.name, sweep.displayName, sweep.runCount], [created.name, "five", 5]);
    }
    const inOrder = seen.flatMap((sweep) => sweep.runs.map(({ name }) => name));
    assert.deepEqual(inOrder.slice(0, 5), names);
    const latest = new Map(seen.flatMap((sweep) => sweep.runs.map((run) => [run.name, run])));
    for (const name of names) assert.equal(latest.get(name)?.state, "RUN_STATE_SUCCEEDED");
    const last = present(seen.at(-1));
    assert.deepEqual([last.state, last.endedRunCount], ["RUN_STATE_SUCCEEDED", 5]);

    const again = await Array.fromAsync(cluster.api.watchSweep(created.name, 2));
    const pages = again.map((sweep) => sweep.runs.map(({ name }) => name));
    assert.deepEqual(pages, [names.slice(0, 2), names.slice(2, 4), names.slice(4)]);
  });
});

/** Reads a watch until the run is as wanted. */
async function nextWith(
  watch: AsyncIterator<Run__Output>,
  wanted: (run: Run__Output) => boolean,
): Promise<Run__Output> {
  for (;;) {
    const next = await watch.next();
    if (next.done === true) throw new Error("the watch ended before the run was as wanted");
    if (wanted(next.value)) return next.value;
  }
}
