import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";

import * as fc from "fast-check";

import { ShardPlan } from "../../coordinator/plan/shardPlan.ts";
import { parsePropagation } from "../../shared/kinds/propagation/propagation.ts";
import type {
  PropagationInput,
  PropagationSpecification,
} from "../../shared/kinds/propagation/specification.ts";
import { ValidationError } from "../../shared/specification/violations.ts";
import { NAMED_GAINS } from "../../shared/network/gains.ts";
import { WEIGHT_LAWS } from "../../shared/network/weights.ts";
import { anyDouble, anyText, cases, TIMEOUT_MILLISECONDS } from "./support/fuzzing.ts";
import { taskOf } from "../support/runShards.ts";

const anything = fc.oneof(anyDouble, anyText, fc.constantFrom(null, undefined, true), fc.object());

/** Draws sensible values mostly, up to the limits, and anything now and then. */
function mostly(sensible: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 20, arbitrary: sensible }, { weight: 1, arbitrary: anything });
}

const width = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(65_536, 65_537, 1e6));
const depth = fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.constantFrom(1e6, 1e7));
const positive = fc.oneof(fc.double({ min: 5e-324, noNaN: true }), fc.constantFrom(1, 1.7e308));

const inputs: fc.Arbitrary<PropagationInput> = fc.record(
  {
    network: fc.record({
      width: mostly(width),
      depth: mostly(depth),
      negativeSlope: mostly(fc.oneof(fc.constantFrom(0, 1, -1, 0.01, 1e-300), anyDouble)),
      weights: mostly(fc.constantFrom(...WEIGHT_LAWS)),
      gain: mostly(fc.oneof(fc.constantFrom(...NAMED_GAINS), positive)),
    }),
    seed: mostly(fc.bigInt(0n, 2n ** 64n - 1n)),
    burnIn: mostly(fc.constant(0)),
    stoppingRule: fc.oneof(
      fc.record({ replicaCount: mostly(fc.integer({ min: 2, max: 2 ** 32 })) }),
      fc.record({ precision: fc.record({ lyapunovExponent: mostly(positive) }) }),
    ),
    checkpointDepths: fc.array(mostly(fc.integer({ min: 1, max: 1000 })), { maxLength: 3 }),
    level: mostly(fc.double({ min: 0.5, max: 0.9999, noNaN: true })),
    displayName: mostly(fc.string({ maxLength: 20 })),
  },
  { requiredKeys: ["network", "stoppingRule"] },
);

function parsed(input: PropagationInput): PropagationSpecification | undefined {
  try {
    return parsePropagation(input);
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    assert.ok(error.violations.length >= 1);
    for (const { description } of error.violations) {
      assert.match(description, /^\P{Cc}{5,400}$/u);
      assert.ok(description.isWellFormed());
    }
    return undefined;
  }
}

describe("fuzzing: specifications of runs", function () {
  this.timeout(TIMEOUT_MILLISECONDS);

  it("are refused in sentences, or can be planned and shown at once", () => {
    let taken = 0;
    fc.assert(
      fc.property(inputs, (input) => {
        const start = performance.now();
        const specification = parsed(input);
        if (specification !== undefined) {
          taken += 1;
          const plan = new ShardPlan(specification);
          assert.ok(Number.isSafeInteger(plan.shardCount) && plan.shardCount >= 1);
          const { sketchBinWidths } = taskOf(specification, plan.shardCount - 1);
          assert.ok(
            sketchBinWidths.every((binWidth) => binWidth > 0 && binWidth < Infinity),
            sketchBinWidths.join(),
          );
          assert.ok(plan.work(0) > 0);
          specification.kind.specificationFields(specification);
        }
        // Milliseconds are usual; this allows for a machine that others use, too.
        assert.ok(performance.now() - start < 5000);
      }),
      cases(2000, 7),
    );
    assert.ok(taken > 0, "all were refused: what is taken was not tried");
  });
});
