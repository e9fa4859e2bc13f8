import assert from "node:assert/strict";

import { ShardPlan } from "../../../coordinator/shardPlan.ts";
import { partialProblem } from "../../../shared/network/shardTask.ts";
import type { CheckpointSums, ShardPartial } from "../../../shared/statistics/replicaSums.ts";
import { specificationWith } from "../../support/specifications.ts";
import { syntheticPartial } from "../../support/syntheticPartials.ts";

const task = new ShardPlan(specificationWith({ checkpointDepths: [50] })).task(0);
const partial = syntheticPartial(task);

/** The partial with its last checkpoint changed. */
function last(change: (sums: CheckpointSums) => Partial<CheckpointSums>): ShardPartial {
  const checkpoints = partial.checkpoints.map((sums, i) =>
    i === 1 ? { ...sums, ...change(sums) } : sums,
  );
  return { ...partial, checkpoints };
}

describe("partialProblem", () => {
  it("finds nothing wrong with what a worker yields", () => {
    assert.equal(partialProblem(task, partial), undefined);
  });

  for (const [what, spoiled, problem] of [
    [
      "another backend",
      { ...partial, backend: "reference" },
      /propagated by reference, not by simd/,
    ],
    [
      "other replicas",
      { ...partial, firstReplica: 32 },
      /32 replicas from 32 on, not 32 from 0 on/,
    ],
    ["fewer replicas", { ...partial, replicaCount: 31 }, /31 replicas from 0 on, not 32 from 0 on/],
    [
      "a missing checkpoint",
      { ...partial, checkpoints: partial.checkpoints.slice(1) },
      /depths are 100000$/,
    ],
    ["no checkpoint", { ...partial, checkpoints: [] }, /depths are $/],
    [
      "too many survivors",
      last((sums) => ({ survivorCount: sums.survivorCount + 1 })),
      /at depth 100000 survivors .* add up/,
    ],
    [
      "fewer than no extinct",
      last(() => ({ survivorCount: 33, extinctCount: -1 })),
      /do not add up/,
    ],
    ["no moments", last(() => ({ moments: [] })), /at depth 100000 it lacks moments/],
    ["no observables", { ...partial, observables: [] }, /at depth 50 it lacks moments/],
    ["co-moments of nothing", last(() => ({ coMoments: [1] })), /it lacks moments/],
    [
      "a mean that is no number",
      last(({ moments }) => ({ moments: moments.map((m) => ({ ...m, mean: NaN })) })),
      /a sum is not finite/,
    ],
    [
      "an infinite m₃",
      last(({ moments }) => ({ moments: moments.map((m) => ({ ...m, m3: Infinity })) })),
      /a sum is not finite/,
    ],
    [
      "a negative m₂",
      last(({ moments }) => ({ moments: moments.map((m) => ({ ...m, m2: -1 })) })),
      /an even moment is negative/,
    ],
    [
      "a negative m₄",
      last(({ moments }) => ({ moments: moments.map((m) => ({ ...m, m4: -1 })) })),
      /an even moment is negative/,
    ],
    [
      "other bins",
      last(({ quantileSketch }) => ({ quantileSketch: { ...quantileSketch, binWidth: 1 } })),
      /sketch does not hold the survivors/,
    ],
    [
      "a sketch of others",
      last(({ quantileSketch }) => ({ quantileSketch: { ...quantileSketch, binCounts: [1, 1] } })),
      /sketch does not hold the survivors/,
    ],
    [
      "bins without counts",
      last(({ quantileSketch }) => ({ quantileSketch: { ...quantileSketch, binIndexes: [1] } })),
      /sketch does not hold the survivors/,
    ],
  ] as const) {
    it(`finds ${what}`, () => {
      assert.match(partialProblem(task, spoiled) ?? "nothing", problem);
    });
  }
});
