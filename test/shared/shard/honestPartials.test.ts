import assert from "node:assert/strict";

import * as fc from "fast-check";

import { WEIGHT_LAWS } from "../../../shared/network/weights.ts";
import { parsePropagation } from "../../../shared/kinds/propagation/propagation.ts";
import type { PropagationSpecification } from "../../../shared/kinds/propagation/specification.ts";
import type { Moments } from "../../../shared/statistics/moments.ts";
import { sumReplicas, type ShardPartial } from "../../../shared/statistics/replicaSums.ts";
import { loadBackend } from "../../../worker/backends/registry.ts";
import { computeShard } from "../../../worker/pool/shard.ts";
import { ShardPlan } from "../../../coordinator/plan/shardPlan.ts";
import { cases, TIMEOUT_MILLISECONDS } from "../../fuzz/support/fuzzing.ts";
import { lawInput } from "../../support/laws.ts";
import { problemOf, taskOf } from "../../support/runShards.ts";
import { specificationWith } from "../../support/specifications.ts";
import { scaled } from "../../support/tiers/scale.ts";

/** Slopes from ReLU to the linear network, which does not fluctuate with orthogonal weights. */
const SLOPES = [0, 1e-9, 0.01, 0.3, 1, -1];

async function partialOf(specification: PropagationSpecification): Promise<ShardPartial> {
  const task = taskOf(specification);
  return computeShard(await loadBackend(task.backend), task);
}

function changed(
  partial: ShardPartial,
  change: (of: Moments, survivorCount: number) => Partial<Moments>,
): ShardPartial {
  const checkpoints = partial.checkpoints.map((sums) => ({
    ...sums,
    moments: sums.moments.map((of) => ({ ...of, ...change(of, sums.survivorCount) })),
  }));
  return { ...partial, checkpoints };
}

describe("partials of honest workers", function () {
  this.timeout(TIMEOUT_MILLISECONDS);

  for (const weights of WEIGHT_LAWS) {
    for (const width of [1, 2, 5]) {
      it(`are taken for ${weights} weights at width ${width}, whatever the slope and the gain`, async () => {
        for (const negativeSlope of SLOPES) {
          for (const [gain, replicaCount] of [
            [1, 2],
            [1e-200, 9],
            ["he", scaled(4000)],
          ] as const) {
            const specification = parsePropagation({
              network: { ...lawInput(weights), width, depth: 40, negativeSlope, gain },
              stoppingRule: { replicaCount },
              backend: replicaCount < 10 ? "reference" : "simd",
            });
            const partial = await partialOf(specification);
            const task = new ShardPlan(specification).task(0);
            const what = `slope ${negativeSlope}, gain ${gain}`;
            assert.equal(problemOf(task, partial), undefined, what);
          }
        }
      });
    }
  }

  const specification = specificationWith();
  const { depths, sketchBinWidths } = specification.kind.partialShape(specification);

  /** The answer to the first shard, whose replicas have these growths. */
  function answer(growths: readonly number[]) {
    const sums = sumReplicas(
      [{ name: "log_norm_growth", keptAt: "every_checkpoint" }],
      depths,
      sketchBinWidths,
      growths.length,
      Float64Array.from(growths),
    );
    const partial: ShardPartial = { ...sums, backend: "simd", generator: "any", firstReplica: 0 };
    const shard = { specification, firstReplica: 0, replicaCount: growths.length };
    return { partial, shard };
  }

  const growths = fc
    .record({
      centre: fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      spread: fc.constantFrom(0, 1e-12, 1e-6, 1, 1000, 1e8),
      deviations: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
        minLength: 1,
        maxLength: 400,
        size: "max",
      }),
    })
    .map(({ centre, spread, deviations }) => deviations.map((by) => centre + spread * by));

  it("are taken, whatever the growths", () => {
    fc.assert(
      fc.property(growths, (of) => {
        const { partial, shard } = answer(of);
        assert.equal(problemOf(shard, partial), undefined);
      }),
      cases(1000, 1),
    );
  });

  it("are taken for a full shard of great growths with hardly any spread", () => {
    for (const spread of [0, 1e-9, 1e-3, 1e3]) {
      const of = Array.from({ length: 65_536 }, (_, replica) => -1e8 + spread * Math.sin(replica));
      const { partial, shard } = answer(of);
      assert.equal(problemOf(shard, partial), undefined);
    }
  });

  /** Changes beyond what the bins of a sketch leave open. */
  const lies: readonly [string, (of: Moments, count: number) => Partial<Moments>][] = [
    ["a larger mean", ({ mean, m2 }, n) => ({ mean: mean + 0.2 * Math.sqrt(m2 / n) })],
    ["a smaller mean", ({ mean, m2 }, n) => ({ mean: mean - 0.2 * Math.sqrt(m2 / n) })],
    ["a larger m₂", ({ m2, m4 }) => ({ m2: 1.3 * m2, m4: 1.69 * m4 })],
    ["a smaller m₂", ({ m2, m4 }) => ({ m2: 0.7 * m2, m4: 0.49 * m4 })],
    ["another sign of m₃", ({ m3 }) => ({ m3: -m3 })],
    ["a larger m₄", ({ m4 }) => ({ m4: 1.5 * m4 })],
  ];
  for (const [what, change] of lies) {
    it(`are refused with ${what}, for every law`, async () => {
      for (const weights of WEIGHT_LAWS) {
        const asked = parsePropagation({
          network: { ...lawInput(weights), width: 4, depth: 8, negativeSlope: 0.01, gain: "he" },
          checkpointDepths: [8],
          burnIn: 0,
          stoppingRule: { replicaCount: 2000 },
        });
        const lie = changed(await partialOf(asked), change);
        const problem = problemOf(new ShardPlan(asked).task(0), lie) ?? `${weights}: nothing`;
        assert.match(problem, /are not those of its quantile sketch$/);
      }
    });
  }
});
