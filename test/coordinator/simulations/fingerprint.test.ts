import assert from "node:assert/strict";

import { fingerprintsOf } from "../../../coordinator/simulations/fingerprint.ts";
import { parsePropagation } from "../../../shared/kinds/propagation/propagation.ts";

const NETWORK = { width: 4, depth: 50, negativeSlope: 0.01 };

describe("fingerprintOf", () => {
  it("stays what ledgers have: a request that is repeated after an upgrade is known", () => {
    const fixed = parsePropagation({
      network: { ...NETWORK, weights: "uniform", gain: "he" },
      seed: 7n,
      stoppingRule: { replicaCount: 3000 },
    });
    const precise = parsePropagation({
      network: { ...NETWORK, weights: "student_t", degreesOfFreedom: 5, gain: 1.5 },
      stoppingRule: { precision: { lyapunovExponent: 1e-3, variance: 0.1 } },
      burnIn: 3,
      displayName: "x",
    });
    assert.deepEqual(
      [fingerprintsOf([fixed]).ofVersion01, fingerprintsOf(["s", fixed, precise]).ofVersion01],
      [
        "5a380c811b4d2111fae401c7add175c4539f93cc850a191b1437f7ecf225467e",
        "4fef4f50a1f31456b02ef4bd133338d49bd75dc505a0f47ae3dda6c1708eaea9",
      ],
    );
  });
});
