import assert from "node:assert/strict";

import { criticalGain } from "../../../shared/statistics/criticalGain.ts";
import type { Estimate } from "../../../shared/statistics/estimate.ts";

/** λ̂ with an interval of two standard errors. */
function exponent(estimate: number, standardError: number): Estimate {
  return {
    estimate,
    standardError,
    lower: estimate - 2 * standardError,
    upper: estimate + 2 * standardError,
    level: 0.95,
    method: "student_t",
  };
}

describe("the critical gain of a run", () => {
  it("is g e^(−λ̂), with the error and the interval of λ̂ carried over", () => {
    // Gaussian weights, width 16, at He's gain: exactly 1.544552.
    const gain = Math.SQRT2 / Math.hypot(1, 0.01);
    const found = criticalGain(gain, exponent(-0.088211, 0.0001));
    assert.ok(found !== undefined);
    assert.ok(Math.abs(found.estimate - 1.544552) < 2e-6, String(found.estimate));
    assert.ok(Math.abs(found.standardError - 1.5446e-4) < 1e-8, String(found.standardError));
    assert.ok(Math.abs(found.lower - gain * Math.exp(0.088211 - 0.0002)) < 1e-12);
    assert.ok(Math.abs(found.upper - gain * Math.exp(0.088211 + 0.0002)) < 1e-12);
    assert.deepEqual([found.level, found.method], [0.95, "log_student_t"]);
  });

  it("is the same at every gain, for λ grows by log g", () => {
    const [a, b] = [0.5, 3].map((gain) =>
      criticalGain(gain, exponent(-0.4 + Math.log(gain), 0.01)),
    );
    assert.ok(Math.abs(Number(a?.estimate) - Number(b?.estimate)) < 1e-12);
    assert.ok(Math.abs(Number(a?.upper) - Number(b?.upper)) < 1e-12);
  });

  it("is not made up where no double holds it", () => {
    assert.equal(criticalGain(1, exponent(-800, 1)), undefined);
    assert.equal(criticalGain(1, exponent(800, 1)), undefined);
    assert.equal(criticalGain(1, exponent(0, 500)), undefined);
  });
});
