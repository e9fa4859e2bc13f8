import assert from "node:assert/strict";

import { ShardPlan } from "../../../../coordinator/plan/shardPlan.ts";
import { finalEstimates } from "../../../../shared/kinds/propagation/estimateFields.ts";
import { parsePropagation } from "../../../../shared/kinds/propagation/propagation.ts";
import type { PropagationInput } from "../../../../shared/kinds/propagation/specification.ts";
import type { Estimate } from "../../../../shared/statistics/estimate.ts";
import { mergeSums, type ReplicaSums } from "../../../../shared/statistics/replicaSums.ts";
import { loadBackend } from "../../../../worker/backends/registry.ts";
import { computeShard } from "../../../../worker/pool/shard.ts";
import { taskOf } from "../../../support/runShards.ts";
import { scaled } from "../../../support/tiers/scale.ts";

const RUNS = scaled(50, 6);
/**
 * λ of Rademacher weights at width 3, slope 0.01 and the gain of He, from a million replicas of
 * 1,000 layers after a burn-in of 100. Its standard error, 6·10⁻⁵, is an eighth of a run's.
 */
const LAMBDA = -0.923753;

/** λ̂ of a run of 65,536 replicas and 200 layers, as at the defaults. */
async function estimateOf(input: PropagationInput): Promise<Estimate> {
  const specification = parsePropagation({
    network: { width: 3, depth: 200, negativeSlope: 0.01, weights: "rademacher", gain: "he" },
    checkpointDepths: [200],
    stoppingRule: { replicaCount: 65_536 },
    ...input,
  });
  const backend = await loadBackend("simd");
  let sums: ReplicaSums | undefined;
  for (let shard = 0; shard < new ShardPlan(specification).shardCount; shard++) {
    const partial = await computeShard(backend, taskOf(specification, shard));
    sums = sums === undefined ? partial : mergeSums(sums, partial);
  }
  const estimates = sums && finalEstimates(specification, sums);
  return estimates?.lyapunovExponent ?? assert.fail();
}

async function coveringOf(runs: number, input: PropagationInput): Promise<number> {
  let covering = 0;
  for (let seed = 1; seed <= runs; seed++) {
    const { lower, upper } = await estimateOf({ ...input, seed });
    if (lower <= LAMBDA && LAMBDA <= upper) covering += 1;
  }
  return covering;
}

describe("the burn-in by rule", function () {
  this.timeout(600_000);

  it(`lets ${RUNS} runs at the defaults cover λ where the first layers bias it`, async () => {
    // Of 50 intervals that cover in 94 %, fewer than 42 do with probability 0.002; of 6, fewer than
    // 4 with 0.004. The seeds are fixed.
    const least = Math.floor(0.84 * RUNS) - (RUNS < 10 ? 1 : 0);
    const covering = await coveringOf(RUNS, {});
    assert.ok(covering >= least, `${covering} of ${RUNS} cover λ`);
  });

  it("is what they need: without it hardly any does", async () => {
    assert.ok((await coveringOf(3, { burnIn: 0 })) <= 1);
  });
});
