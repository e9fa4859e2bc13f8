import assert from "node:assert/strict";

import { IS_EVERYTHING } from "../support/tiers/scale.ts";
import { slow } from "../support/tiers/tiers.ts";
import { Cluster, type RunJson } from "./support/cluster.ts";
import { answerOf } from "./support/estimates.ts";
import { halfDone } from "./support/progress.ts";
import { present } from "../support/present.ts";

const REPLICAS = 6 * 65_536 + 5;

const PARAMETERS: Readonly<Record<string, string>> = {
  student_t: "--degrees-of-freedom 5",
  sparse_gaussian: "--density 0.5",
};

/**
 * Runs of seven and more shards of a tenth of a second: both backends, both samplings, every weight
 * law, and a precision target, which has to stop at the same shard everywhere.
 */
const ALL_RUNS: Readonly<Record<string, readonly string[]>> = {
  "simd, dense": flags("--width 3 --depth 6 --sampling dense --seed 11", REPLICAS),
  "simd, isotropic": flags("--width 7 --depth 8 --weights orthogonal --seed 12", REPLICAS),
  "reference, dense": flags(
    "--backend reference --width 2 --depth 2 --weights orthogonal --sampling dense --seed 13",
    REPLICAS,
  ),
  "reference, isotropic": flags("--backend reference --width 5 --depth 2 --seed 14", REPLICAS),
  "ReLU, with extinctions": flags("--width 2 --depth 4 --negative-slope 0 --seed 15", REPLICAS),
  ...Object.fromEntries(
    ["uniform", "rademacher", "truncated_normal", "student_t", "sparse_gaussian"].map((law, i) => [
      law,
      flags(`--width 3 --depth 4 --weights ${law} ${PARAMETERS[law] ?? ""} --seed 2${i}`, REPLICAS),
    ]),
  ),
  "precision target": "--width 7 --depth 8 --seed 16 --precision 0.0003".split(" "),
};

/** The quick tier has half of them: of each backend, of each sampling, and the precision target. */
const QUICK_RUNS = [
  "simd, dense",
  "reference, isotropic",
  "ReLU, with extinctions",
  "student_t",
  "precision target",
];
const RUNS = Object.fromEntries(
  Object.entries(ALL_RUNS).filter(([name]) => IS_EVERYTHING || QUICK_RUNS.includes(name)),
);

describe("the same run on different fleets", () => {
  let expected: Record<string, string>;

  before("on one worker with one thread", async () => {
    await using cluster = await Cluster.start(1, 1);
    const runs = await runAll(cluster);
    for (const [name, run] of Object.entries(runs)) {
      // A plan of one shard would be the same everywhere for the wrong reason.
      assert.ok(run.shardCount >= 7, `${name} has ${run.shardCount} shards`);
    }
    const { shardCount, stoppingRule, replicaCount } = runs["precision target"] as RunJson;
    assert.equal(Number(replicaCount), shardCount * 65_536, JSON.stringify(stoppingRule));
    expected = answers(runs);
  });

  const more = slow("compare further fleets");
  for (const [workers, threads, declaring] of [
    [1, 3, more],
    [2, 1, more],
    [2, 3, { it }],
    [5, 1, more],
    [5, 3, more],
  ] as const) {
    declaring.it(
      `gives the same bytes on ${workers} workers with ${threads} threads each`,
      async () => {
        await using cluster = await Cluster.start(workers, threads);
        assert.deepEqual(answers(await runAll(cluster)), expected);
      },
    );
  }

  it("gives the same bytes when shards finish in random order", async () => {
    await using cluster = await Cluster.start(0, 1);
    const worker = await cluster.addScriptedWorker("shuffledWorker.ts", "7");
    assert.deepEqual(answers(await runAll(cluster)), expected);
    const finished = [...worker.stdout.matchAll(/^finished (\d+) (\d+)$/gm)];
    const orders = [...Map.groupBy(finished, ([, seed]) => seed).values()].map((shards) =>
      shards.map(([, , firstReplica]) => Number(firstReplica)),
    );
    assert.equal(orders.length, Object.keys(RUNS).length);
    assert.ok(!orders.every(isAscending));
  });

  it("gives the same bytes when a worker is killed half way", async () => {
    // Twenty-four shards of a tenth of a second: the middle cannot be missed.
    const args = flags("--width 7 --depth 8 --seed 17", 24 * 65_536);
    await using cluster = await Cluster.start(1, 1);
    const finished = cluster.run(args);
    const victim = present(cluster.workers[0]);
    const run = await halfDone(cluster);
    victim.signal("SIGKILL");
    assert.equal((await victim.ended).signal, "SIGKILL");
    // No one else works yet: all leases that are out are the victim's.
    const orphaned = await cluster.api.getRun(run);
    assert.ok(Number(orphaned.progress?.leasedShardCount) > 0);
    assert.equal(orphaned.state, "RUN_STATE_RUNNING");
    await cluster.addWorker(1);
    assert.equal(answerOf(await finished), answerOf(await cluster.run(args)));
  });
});

function isAscending(numbers: readonly number[]): boolean {
  return numbers.every((number, i) => i === 0 || number > (numbers[i - 1] as number));
}

function flags(network: string, replicas: number): string[] {
  return `${network} --replicas ${replicas}`.split(/ +/);
}

/** Submits all runs at the same time, so that they share the fleet. */
async function runAll(cluster: Cluster): Promise<Record<string, RunJson>> {
  const entries = Object.entries(RUNS).map(
    async ([name, args]) => [name, await cluster.run(args)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

function answers(runs: Record<string, RunJson>): Record<string, string> {
  return Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, answerOf(run)]));
}
