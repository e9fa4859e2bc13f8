import assert from "node:assert/strict";

import {
  parseStoppingRule,
  type StoppingRuleInput,
} from "../../../shared/specification/stoppingRuleInput.ts";
import { ValidationError, type FieldViolation } from "../../../shared/specification/violations.ts";
import { QUANTITIES } from "../../../shared/kinds/propagation/specification.ts";

function violationsOf(input: StoppingRuleInput): readonly FieldViolation[] {
  try {
    parseStoppingRule(input, QUANTITIES);
  } catch (error) {
    assert.ok(error instanceof ValidationError);
    return error.violations;
  }
  return [];
}

describe("parseStoppingRule", () => {
  it("takes a count of replicas", () => {
    for (const replicaCount of [2, 1000, 2 ** 32]) {
      assert.deepEqual(parseStoppingRule({ replicaCount }, QUANTITIES), {
        kind: "replicas",
        replicaCount,
      });
    }
  });

  for (const [what, precision, expected] of [
    [
      "one target, at least 1024 replicas and at most all there are",
      { lyapunovExponent: 1e-4 },
      { lyapunovExponent: 1e-4, minimumReplicaCount: 1024, maximumReplicaCount: 2 ** 32 },
    ],
    [
      "both targets and a range",
      { lyapunovExponent: 1, variance: 2, minimumReplicaCount: 10, maximumReplicaCount: 20 },
      { lyapunovExponent: 1, variance: 2, minimumReplicaCount: 10, maximumReplicaCount: 20 },
    ],
    [
      "a maximum below the usual minimum, which then gives way",
      { variance: 2, maximumReplicaCount: 100 },
      { variance: 2, minimumReplicaCount: 100, maximumReplicaCount: 100 },
    ],
  ] as const) {
    it(`takes a precision: ${what}`, () => {
      assert.deepEqual(parseStoppingRule({ precision }, QUANTITIES), {
        kind: "precision",
        precision: expected,
      });
    });
  }

  const rule = "stopping_rule";
  const path = `${rule}.precision`;
  const counts = "give an integer from 2 to 4,294,967,296";
  const targets = "give a positive finite number";
  for (const [what, input, field, description] of [
    ["nothing", {}, rule, "nothing is given; give a replica count or a precision"],
    [
      "a precision without a target",
      { precision: {} },
      path,
      "no target is given; give a standard error of λ̂ or of σ̂²",
    ],
    [
      "both kinds",
      { replicaCount: 9, precision: { variance: 1 } },
      rule,
      "a replica count and a precision are given; give only one of them",
    ],
    [
      "a single replica",
      { replicaCount: 1 },
      `${rule}.replica_count`,
      `1 is not allowed; ${counts}`,
    ],
    [
      "more replicas than there are",
      { replicaCount: 2 ** 32 + 1 },
      `${rule}.replica_count`,
      `4294967297 is not allowed; ${counts}`,
    ],
    [
      "half a replica",
      { replicaCount: 2.5 },
      `${rule}.replica_count`,
      `2.5 is not allowed; ${counts}`,
    ],
    [
      "a target of 0",
      { precision: { lyapunovExponent: 0 } },
      `${path}.lyapunov_exponent`,
      `0 is not allowed; ${targets}`,
    ],
    [
      "a negative target",
      { precision: { variance: -1 } },
      `${path}.variance`,
      `-1 is not allowed; ${targets}`,
    ],
    [
      "a target in words",
      { precision: { variance: "small" } },
      `${path}.variance`,
      `'small' is not allowed; ${targets}`,
    ],
    [
      "an infinite target",
      { precision: { variance: Infinity } },
      `${path}.variance`,
      `Infinity is not allowed; ${targets}`,
    ],
    [
      "a minimum of 1",
      { precision: { variance: 1, minimumReplicaCount: 1 } },
      `${path}.minimum_replica_count`,
      `1 is not allowed; ${counts}`,
    ],
    [
      "a maximum of 1",
      { precision: { variance: 1, minimumReplicaCount: 2, maximumReplicaCount: 1 } },
      `${path}.maximum_replica_count`,
      `1 is not allowed; ${counts}`,
    ],
    [
      "a minimum above the maximum",
      { precision: { variance: 1, minimumReplicaCount: 30, maximumReplicaCount: 20 } },
      `${path}.minimum_replica_count`,
      "30 is more than the maximum, 20; give less",
    ],
    [
      "the precision of what is not estimated",
      { precision: { bias: 1 } },
      `${path}.targets.bias`,
      "no such quantity is estimated; give lyapunov_exponent, variance",
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(violationsOf(input), [{ field, description }]);
    });
  }
});
