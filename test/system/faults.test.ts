import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";

import { present } from "../support/present.ts";
import { lieAbout } from "../support/syntheticPartials.ts";
import { slow } from "../support/tiers/tiers.ts";
import { Cluster } from "./support/cluster.ts";
import { runHere } from "./support/inProcess.ts";
import { halfDone } from "./support/progress.ts";
import { Proxy } from "./support/proxy.ts";
import { RawWorker } from "./support/rawWorker.ts";

const SHARD = 65_536;
/** Eight shards of a twentieth of a second. */
const RUN = `--width 7 --depth 4 --replicas ${8 * SHARD}`.split(" ");

describe("when something is wrong in a worker", () => {
  it("a shard that always fails ends its run, which says so, and no other", async () => {
    await using cluster = await Cluster.start(0, 1);
    await cluster.addScriptedWorker("poisonedWorker.ts", "61", String(3 * SHARD));
    const command = ["run", ...RUN, "--coordinator", cluster.address, "--seed"];
    const [failed, succeeded] = await Promise.all([
      runHere(["--quiet", ...command, "61", "--json"]),
      runHere(["--quiet", ...command, "62", "--json"]),
    ]);
    assert.equal(succeeded.code, 0, succeeded.stderr);
    assert.equal(failed.code, 1);
    const run = JSON.parse(failed.stdout) as { state: string; error: string; shardCount: number };
    assert.equal(run.state, "FAILED");
    assert.match(
      run.error,
      /^shard 3 \(replicas 196608 to 262143\) was given up after 3 errors.*this shard is poison$/,
    );
    // The shards before it stay in the estimate.
    assert.equal(run.shardCount, 3);
    assert.match(failed.stderr, /^lyapunov: FAILED: runs\/\w+: shard 3 .*\n$/);
  });

  const hanging = slow("wait until a worker that hangs is given up");
  hanging.it("a worker that hangs holds nothing up", async () => {
    await using cluster = await Cluster.start(1, 1);
    const finished = cluster.run(`--width 7 --depth 8 --replicas ${24 * SHARD}`.split(" "));
    await halfDone(cluster);
    present(cluster.workers[0]).signal("SIGSTOP");
    await cluster.addWorker(1);
    assert.equal((await finished).state, "SUCCEEDED");
  });

  it("a worker that contradicts two others is quarantined, loudly", async () => {
    await using cluster = await Cluster.start(0, 1);
    using liar = new RawWorker(cluster.address);
    liar.join("liar", 2);
    await liar.next("welcome");
    const finished = cluster.run(
      "--backend reference --width 2 --depth 1000 --replicas 2048".split(" "),
    );
    const { leases } = await liar.next("grant");
    assert.deepEqual(
      leases.map(({ shardIndex }) => shardIndex),
      [0, 1, 2, 3],
    );

    // The liar has begun at most two of them; an idle worker gets a copy of one that waits.
    using honest = new RawWorker(cluster.address);
    honest.join("honest", 1);
    const [copy] = (await honest.next("grant")).leases;
    assert.ok(copy);
    await honest.deliver(copy);
    await honest.next("acknowledgement");
    await liar.deliver(present(leases[copy.shardIndex]), lieAbout);
    await cluster.coordinator.said(/a partial disagrees/);

    // Nobody is believed until a third has looked.
    using referee = new RawWorker(cluster.address);
    referee.join("referee", 1);
    referee.work().catch(() => undefined);
    const { reason, quarantined } = await liar.next("dismissal");
    assert.equal(quarantined, true);
    const disturbed = await cluster.api.getRun(await cluster.onlyRun());
    assert.equal(disturbed.progress?.disagreementCount, 1);
    assert.match(reason, new RegExp(`shard ${copy.shardIndex} of runs/\\w+ differs in bits`));
    await cluster.coordinator.said(/worker quarantined/);

    using again = new RawWorker(cluster.address);
    again.join("liar", 1);
    assert.equal((await again.next("dismissal")).quarantined, true);

    // Its stream breaks when the cluster ends.
    honest.work().catch(() => undefined);
    const run = await finished;
    assert.equal(run.state, "SUCCEEDED");
    assert.equal(run.progress?.disagreementCount, 1);
  });
});

describe("when the way between worker and coordinator breaks", () => {
  it("the worker joins again and delivers what it holds; nothing is done twice", async () => {
    await using cluster = await Cluster.start(0, 1);
    await using proxy = await Proxy.to(cluster.address);
    const worker = await cluster.addScriptedWorker("shuffledWorker.ts", "9", proxy.address);
    const finished = cluster.run([...RUN, "--seed", "63"]);
    await worker.said(/finished/, "stdout");
    proxy.cut();
    await worker.said(/connection lost/);
    // Shards go on finishing meanwhile.
    await delay(400);
    proxy.mend();
    const run = await finished;
    assert.equal(run.state, "SUCCEEDED");
    assert.ok(proxy.connections >= 2);
    const shards = [...worker.stdout.matchAll(/finished 63 (\d+)/g)].map(([, first]) => first);
    assert.equal(shards.length, 8, "each shard was propagated once");
    assert.equal(new Set(shards).size, 8);
  });
});
