import assert from "node:assert/strict";

import digamma from "@stdlib/math-base-special-digamma";
import trigamma from "@stdlib/math-base-special-trigamma";
import * as fc from "fast-check";

import { ISOTROPIC_LAWS } from "../../../shared/network/weights.ts";
import type { IsotropicLaw } from "../../../shared/theory/layer.ts";
import { exactExponents, type Exponents } from "../../../shared/theory/exact.ts";
import { narrowCumulants } from "../../../shared/theory/narrow.ts";
import { describeSlope } from "../../../shared/theory/slope.ts";
import { WIDE_FROM, wideCumulants } from "../../../shared/theory/wide.ts";
import { assertClose, logUniform, referenceTable } from "./support.ts";
import { present } from "../../support/present.ts";

const RUNS = { seed: 20260210, numRuns: 300 };

const weights = fc.constantFrom(...ISOTROPIC_LAWS);
const width = fc.integer({ min: 1, max: 1_000_000 });
const slope = fc.tuple(fc.constantFrom(-1, 1), logUniform(-307, 307)).map(([sign, a]) => sign * a);
const moderateSlope = logUniform(-3, 3);
const gain = logUniform(-6, 6);

/** The exponents of a layer, or of its survivors if its slope is 0. */
function exponents(law: IsotropicLaw, d: number, negativeSlope: number, layerGain = 1): Exponents {
  const layer = { width: d, weights: law, negativeSlope, gain: layerGain };
  const exact = exactExponents(layer);
  return exact.extinct ? exact.survivors : exact;
}

function he(negativeSlope: number): number {
  return Math.SQRT2 / Math.hypot(1, negativeSlope);
}

function cumulantsOf(exact: Exponents): number[] {
  const { lyapunovExponent, variance, thirdCumulant, fourthCumulant } = exact;
  return [lyapunovExponent, variance, thirdCumulant, fourthCumulant];
}

describe("exactExponents", () => {
  // docs/theory.md#reference-values, digit for digit.
  const printed = `
      2 0.01 −1.434975 4.086731 5.938751 −1.146367 3.675498 4.449942
      4 0.2  −0.326573 0.433544 1.922327 −0.191392 0.272310 1.679263
      8 0.01 −0.214328 0.367338 1.752163 −0.149239 0.296382 1.641750
     16 0.01 −0.088211 0.104966 1.544552 −0.056311 0.071681 1.496059
     64 0.01 −0.020049 0.020743 1.442781 −0.012196 0.012808 1.431495
    256 0.2  −0.004470 0.004500 1.392963 −0.002514 0.002540 1.390242`;
  for (const line of printed.trim().split("\n")) {
    const [d, slopeText, ...values] = line.trim().replaceAll("−", "-").split(/ +/);
    it(`prints the reference values of width ${d}, slope ${slopeText}`, () => {
      const negativeSlope = Number(slopeText);
      const actual = ISOTROPIC_LAWS.flatMap((law) => {
        const exact = exponents(law, Number(d), negativeSlope, he(negativeSlope));
        return [exact.lyapunovExponent, exact.variance, exact.criticalGain];
      });
      assert.deepEqual(
        actual.map((value) => value.toFixed(6)),
        values,
      );
    });
  }

  it("agrees with the transform integrated at 80 digits, to 12 significant digits", () => {
    for (const [law, d, negativeSlope, ...expected] of referenceTable("cumulants.txt")) {
      const exact = exponents(law as IsotropicLaw, Number(d), Number(negativeSlope));
      const where = `${law} ${d} ${negativeSlope}`;
      for (const [index, actual] of cumulantsOf(exact).entries()) {
        const value = Number(expected[index]);
        const tolerance = value === 0 ? 1e-15 : 1e-12 * Math.abs(value);
        assertClose(actual, value, tolerance, `cumulant ${index + 1} of ${where}`);
      }
      const criticalGain = Math.exp(-Number(expected[0]));
      assertClose(exact.criticalGain, criticalGain, 1e-13 * criticalGain, `gain of ${where}`);
    }
  });

  it("is Newman's polygammas for linear and absolute-value networks", () => {
    for (const negativeSlope of [1, -1]) {
      for (const d of [1, 2, 3, 5, 16, 31, 100, 255, 256, 65_536]) {
        const exact = exponents("gaussian", d, negativeSlope);
        const mean = digamma(d / 2) + Math.LN2 - Math.log(d);
        assertClose(exact.lyapunovExponent, mean / 2, 1e-14, `λ of width ${d}`);
        const variance = trigamma(d / 2) / 4;
        assertClose(exact.variance, variance, 1e-14 * variance, `σ² of width ${d}`);
      }
      const apery = 1.2020569031595942;
      const one = exponents("gaussian", 2, negativeSlope);
      assertClose(one.thirdCumulant, (-2 * apery) / 8, 1e-15, "ψ″(1)");
      assertClose(one.fourthCumulant, Math.PI ** 4 / 15 / 16, 1e-15, "ψ‴(1)");
      const two = exponents("gaussian", 4, negativeSlope);
      assertClose(two.thirdCumulant, (2 - 2 * apery) / 8, 1e-15, "ψ″(2)");
      assertClose(two.fourthCumulant, (Math.PI ** 4 / 15 - 6) / 16, 1e-15, "ψ‴(2)");
    }
  });

  it("does not fluctuate at all for orthogonal linear and absolute-value networks", () => {
    for (const negativeSlope of [1, -1]) {
      for (const d of [1, 2, 17, 1_000_000]) {
        assert.deepEqual(exponents("orthogonal", d, negativeSlope, 3), {
          lyapunovExponent: Math.log(3),
          variance: 0,
          thirdCumulant: 0,
          fourthCumulant: 0,
          criticalGain: 1,
          extinct: false,
          extinctionProbability: 0,
          survivors: null,
        });
      }
    }
  });

  it("knows a layer of one unit: log|z|, minus log α for half of all z", () => {
    const x = Math.log(0.3);
    const exact = exponents("orthogonal", 1, 0.3);
    const expected = [x / 2, x ** 2 / 4, 0, -(x ** 4) / 8];
    for (const [index, actual] of cumulantsOf(exact).entries()) {
      assertClose(actual, present(expected[index]), 1e-15, `cumulant ${index + 1}`);
    }
  });

  it("follows λ ≈ −(5/4)/d for ReLU and −(1/2)/d for linear networks at He's gain", () => {
    for (const d of [10_000, 1_000_000]) {
      assertClose(exponents("gaussian", d, 0, he(0)).lyapunovExponent * d, -5 / 4, 10 / d, "ReLU");
      assertClose(exponents("gaussian", d, 1).lyapunovExponent * d, -1 / 2, 10 / d, "linear");
    }
  });

  it("passes from quadrature to expansion without a seam", () => {
    for (const d of [WIDE_FROM, WIDE_FROM + 1, 2 * WIDE_FROM]) {
      for (const negativeSlope of [0, 1e-300, 0.01, 0.3, 0.57, 0.9, 0.999999]) {
        const description = describeSlope(negativeSlope);
        const narrow = narrowCumulants(d, description, negativeSlope === 0);
        const wide = wideCumulants(d, description);
        const where = `width ${d}, slope ${negativeSlope}`;
        // The natural size of the fourth cumulant, which vanishes near 0.57.
        const fourth = 138 * description.contrast ** 4 * d ** -3;
        assertClose(wide.mean, narrow.mean, 1e-13 * -wide.mean, `mean at ${where}`);
        assertClose(wide.variance, narrow.variance, 1e-13 * wide.variance, `variance at ${where}`);
        assertClose(wide.third, narrow.third, 1e-13 * -wide.third, `third at ${where}`);
        assertClose(wide.fourth, narrow.fourth, 1e-12 * fourth, `fourth at ${where}`);
      }
    }
  });

  it("is symmetric in the sign of the slope", () => {
    fc.assert(
      fc.property(weights, width, slope, (law, d, a) => {
        assert.deepEqual(exponents(law, d, -a), exponents(law, d, a));
      }),
      RUNS,
    );
  });

  it("turns α into 1/α by exchanging positive and negative units", () => {
    fc.assert(
      // Nearer to 1, this would measure the rounding of 1/α.
      fc.property(weights, width, logUniform(-3, -0.01), (law, d, a) => {
        const [here, there] = [exponents(law, d, a), exponents(law, d, 1 / a)];
        const shifted = there.lyapunovExponent + Math.log(a);
        assertClose(here.lyapunovExponent, shifted, 1e-14, "λ");
        assertClose(here.variance, there.variance, 1e-12 * here.variance, "σ²");
      }),
      RUNS,
    );
  });

  it("shifts λ by the logarithm of the gain and changes nothing else", () => {
    fc.assert(
      fc.property(weights, width, moderateSlope, gain, (law, d, a, g) => {
        const { lyapunovExponent, ...rest } = exponents(law, d, a, g);
        const { lyapunovExponent: atOne, ...restAtOne } = exponents(law, d, a, 1);
        assertClose(lyapunovExponent, atOne + Math.log(g), 1e-14, "λ");
        assert.deepEqual(rest, restAtOne);
      }),
      RUNS,
    );
  });

  it("keeps λ ≤ 0 at He's gain, by Jensen's inequality, and λ = 0 at the critical gain", () => {
    fc.assert(
      fc.property(weights, width, slope, (law, d, a) => {
        const exact = exponents(law, d, a, he(a));
        assert.ok(exact.lyapunovExponent <= 1e-15);
        assert.ok(exact.criticalGain >= he(a) * (1 - 1e-15));
        const critical = exponents(law, d, a, exact.criticalGain).lyapunovExponent;
        assert.equal(critical, 0, "λ at the critical gain");
        const above = exponents(law, d, a, exact.criticalGain * (1 + 1e-12)).lyapunovExponent;
        const rounding = 1e-13 + 1e-15 * Math.abs(Math.log(exact.criticalGain));
        assertClose(above, 1e-12, rounding, "λ just above the critical gain");
      }),
      RUNS,
    );
  });

  it("adds to orthogonal weights a chi-square that does not know the slope", () => {
    fc.assert(
      fc.property(width, moderateSlope, (d, a) => {
        const difference = (b: number): number =>
          exponents("gaussian", d, b).variance - exponents("orthogonal", d, b).variance;
        assertClose(difference(a), trigamma(d / 2) / 4, 1e-12, "variance of ½ log χ²");
      }),
      RUNS,
    );
  });

  it("is finite, and its variance positive, for every slope and gain that a double holds", () => {
    const extremes = [Number.MIN_VALUE, 1e-300, 1e-6, 1 + Number.EPSILON, 1e300, Number.MAX_VALUE];
    for (const law of ISOTROPIC_LAWS) {
      for (const d of [1, 2, 3, 255, 256, 1_000_000]) {
        for (const negativeSlope of extremes) {
          for (const extremeGain of [Number.MIN_VALUE, 1, Number.MAX_VALUE]) {
            const exact = exponents(law, d, negativeSlope, extremeGain);
            const where = `${law} ${d} ${negativeSlope} ${extremeGain}`;
            assert.ok(cumulantsOf(exact).every(Number.isFinite), where);
            assert.ok(exact.variance > 0, where);
            assert.ok(exact.criticalGain > 0 && exact.criticalGain < Infinity, where);
          }
        }
      }
    }
  });

  describe("without a negative slope", () => {
    it("reports extinction, its probability, and no number for λ = −∞", () => {
      for (const negativeSlope of [0, -0]) {
        const layer = { width: 3, weights: "gaussian", negativeSlope, gain: 1 } as const;
        const { survivors, ...exact } = exactExponents(layer);
        assert.deepEqual(exact, {
          lyapunovExponent: null,
          variance: null,
          thirdCumulant: null,
          fourthCumulant: null,
          criticalGain: null,
          extinct: true,
          extinctionProbability: 1 / 8,
        });
        assert.ok(survivors !== null);
      }
    });

    it("gives the survivors of one unit the law of log|z|", () => {
      const [actual, expected] = [exponents("gaussian", 1, 0), exponents("gaussian", 1, 1)];
      for (const [index, value] of cumulantsOf(actual).entries()) {
        assertClose(value, present(cumulantsOf(expected)[index]), 1e-14, `cumulant ${index + 1}`);
      }
    });

    it("is the limit of small slopes once extinction is rare", () => {
      for (const law of ISOTROPIC_LAWS) {
        const [limit, small] = [exponents(law, 200, 0), exponents(law, 200, 1e-9)];
        for (const [index, value] of cumulantsOf(small).entries()) {
          const expected = present(cumulantsOf(limit)[index]);
          assertClose(value, expected, 1e-11 * Math.abs(expected), `cumulant ${index + 1}`);
        }
      }
    });
  });
});
