import assert from "node:assert/strict";

import {
  estimateExponents,
  summarizeGrowth,
  type Estimate,
} from "../../../shared/statistics/estimate.ts";
import { sumReplicas, type CheckpointSums } from "../../../shared/statistics/replicaSums.ts";
import { observables } from "../../support/observables.ts";

function sumsOf(...growth: readonly number[]): CheckpointSums {
  const values = Float64Array.from(growth);
  const [sums] = sumReplicas(
    observables("log_norm_growth"),
    [2],
    [1],
    growth.length,
    values,
  ).checkpoints;
  assert.ok(sums !== undefined);
  return sums;
}

/** A sample of mean 5; its deviations have sums of squares, cubes and fourth powers 32, 42, 356. */
const SAMPLE = sumsOf(2, 4, 4, 4, 5, 5, 7, 9);

function assertEstimate(actual: Estimate | undefined, expected: Estimate): void {
  assert.deepEqual(Object.keys(actual ?? {}), Object.keys(expected));
  assert.equal(actual?.method, expected.method);
  for (const key of ["estimate", "standardError", "lower", "upper", "level"] as const) {
    const error = Math.abs((actual?.[key] ?? NaN) - expected[key]);
    assert.ok(error < 1e-9, `${key} is ${actual?.[key]}, not ${expected[key]}`);
  }
}

/** An estimate, without its method, of a quantity that is known exactly. */
function certain(value: number) {
  return { estimate: value, standardError: 0, lower: value, upper: value, level: 0.95 };
}

describe("estimateExponents", () => {
  // s² = 32/7. The sample's unbiased excess kurtosis, 7/(6·5) · (9·(8·356/32² − 3) + 6), is 0.940625,
  // so that it has 16/(0.940625 + 16/7) = 4.959180… degrees of freedom.
  const freedom = 16 / (0.940625 + 16 / 7);
  const standardError = (16 / 7) * Math.sqrt(2 / freedom);
  const halfWidth = 2.364624251592784 * 0.3779644730092272; // t quantile · √(32/7/8)/2

  it("is what can be computed by hand, per layer", () => {
    const estimates = estimateExponents(SAMPLE, 2, 0.95);
    assertEstimate(estimates?.lyapunovExponent, {
      estimate: 2.5,
      standardError: 0.3779644730092272,
      lower: 2.5 - halfWidth,
      upper: 2.5 + halfWidth,
      level: 0.95,
      method: "student_t",
    });
    assertEstimate(estimates?.variance, {
      estimate: 16 / 7,
      standardError,
      lower: (16 / 7) * 0.3884943803506202, // freedom / χ² quantile at 0.975, by SciPy
      upper: (16 / 7) * 6.079000457570661, // freedom / χ² quantile at 0.025
      level: 0.95,
      method: "chi_squared",
    });
  });

  it("makes intervals of the level that is asked for", () => {
    const exponent = estimateExponents(SAMPLE, 2, 0.8)?.lyapunovExponent;
    const upper = 2.5 + 1.4149239276505086 * 0.3779644730092272;
    assert.ok(Math.abs((exponent?.upper ?? NaN) - upper) < 1e-9);
    assert.equal(exponent?.level, 0.8);
  });

  it("leaves extinct replicas out", () => {
    const survivors = estimateExponents(SAMPLE, 2, 0.95);
    assert.deepEqual(
      estimateExponents(sumsOf(2, 4, -Infinity, 4, 4, 5, -Infinity, 5, 7, 9), 2, 0.95),
      survivors,
    );
  });

  it("knows nothing of fewer than two survivors", () => {
    assert.equal(estimateExponents(sumsOf(), 2, 0.95), undefined);
    assert.equal(estimateExponents(sumsOf(3), 2, 0.95), undefined);
    assert.equal(estimateExponents(sumsOf(3, -Infinity), 2, 0.95), undefined);
  });

  it("estimates from two survivors on", () => {
    assert.equal(estimateExponents(sumsOf(1, 3), 2, 0.95)?.lyapunovExponent.estimate, 1);
  });

  it("has no error where nothing fluctuates", () => {
    const estimates = estimateExponents(sumsOf(3, 3, 3), 2, 0.95);
    assertEstimate(estimates?.lyapunovExponent, { ...certain(1.5), method: "student_t" });
    assertEstimate(estimates?.variance, { ...certain(0), method: "chi_squared" });
  });

  it("gives σ̂² the error of normal values where the sample is flatter than they are", () => {
    // Half at −1 and half at 1: the least fourth moment that a variance allows.
    const estimates = estimateExponents(sumsOf(-1, 1, -1, 1), 1, 0.95);
    const variance = estimates?.variance ?? assert.fail();
    assert.ok(Math.abs(variance.standardError - variance.estimate * Math.sqrt(2 / 3)) < 1e-12);
  });

  it("makes σ̂²'s interval of χ² with one degree of freedom from two survivors", () => {
    const { lower = NaN, upper = NaN } = estimateExponents(sumsOf(1, 3), 2, 0.95)?.variance ?? {};
    // SciPy: 1/χ² quantiles at 0.975 and 0.025; σ̂² is 1.
    assert.ok(Math.abs(lower - 0.1990490952054129) < 1e-9, String(lower));
    assert.ok(Math.abs(upper / 1018.2582697196705 - 1) < 1e-9, String(upper));
  });

  it("stays finite for values of which all but one are equal, and for hardly any spread", () => {
    for (const sample of [
      [...Array<number>(999).fill(0), 1],
      [0, 0, 0, 1e-160],
      [0, 0, 0, 1e60],
    ]) {
      const { variance } = estimateExponents(sumsOf(...sample), 1, 0.9999) ?? assert.fail();
      const { lower, estimate, upper } = variance;
      assert.ok(0 <= lower && lower <= estimate && estimate <= upper && upper < Infinity);
      assert.ok(variance.standardError >= 0 && variance.standardError < Infinity);
    }
  });
});

describe("summarizeGrowth", () => {
  it("is what can be computed by hand", () => {
    assert.deepEqual(summarizeGrowth(SAMPLE, 2), {
      mean: 5,
      variance: 32 / 7,
      skewness: 0.65625,
      excessKurtosis: -0.21875,
    });
  });

  it("is 0 in shape for a constant, and unknown below two survivors", () => {
    assert.deepEqual(summarizeGrowth(sumsOf(3, 3), 2), {
      mean: 3,
      variance: 0,
      skewness: 0,
      excessKurtosis: 0,
    });
    assert.equal(summarizeGrowth(sumsOf(3), 2), undefined);
  });
});
