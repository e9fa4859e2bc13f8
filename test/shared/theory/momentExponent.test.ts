import assert from "node:assert/strict";

import * as fc from "fast-check";

import { ISOTROPIC_LAWS } from "../../../shared/network/weights.ts";
import type { IsotropicLaw } from "../../../shared/theory/layer.ts";
import { exactExponents } from "../../../shared/theory/exact.ts";
import { momentExponent } from "../../../shared/theory/momentExponent.ts";
import { assertClose, logUniform, referenceTable } from "./support.ts";

const RUNS = { seed: 20260210, numRuns: 300 };

function atGainOne(q: number, weights: IsotropicLaw, width: number, negativeSlope: number): number {
  return momentExponent(q, { width, weights, negativeSlope, gain: 1 });
}

describe("momentExponent", () => {
  it("agrees with mixtures and derivatives of the transform at 80 digits", () => {
    for (const [law, width, slope, q, expected] of referenceTable("moments.txt")) {
      const actual = atGainOne(Number(q), law as IsotropicLaw, Number(width), Number(slope));
      const value = Number(expected);
      const where = `${law} ${width} ${slope} ${q}`;
      // 13 decimals, but 10 significant digits of the smallest values and 13 of the largest.
      const tolerance = Math.min(1e-13, 1e-10 * Math.abs(value)) + 1e-13 * Math.abs(value);
      if (value === Infinity) assert.equal(actual, Infinity, where);
      else assertClose(actual, value, tolerance, where);
    }
  });

  it("is log(½ gain² (1+α²)) at q = 2 and 0 at q = 0", () => {
    for (const weights of ISOTROPIC_LAWS) {
      for (const width of [1, 2, 7, 256, 1_000_000]) {
        for (const negativeSlope of [0, 1e-9, 0.2, 1, -3, 1e100]) {
          const layer = { width, weights, negativeSlope, gain: 1.7 };
          const expected =
            2 * (Math.log(1.7) + Math.log(Math.hypot(1, negativeSlope)) - Math.LN2 / 2);
          const where = `${weights} ${width} ${negativeSlope}`;
          assertClose(
            momentExponent(2, layer),
            expected,
            1e-15 * Math.abs(expected) + 1e-14,
            where,
          );
          assert.equal(momentExponent(0, layer), 0);
        }
      }
    }
  });

  it("is exactly 0 at q = 2 and He's gain, however that is rounded, and nowhere near it", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ISOTROPIC_LAWS),
        logUniform(0, 6).map(Math.floor),
        logUniform(-12, 12),
        (weights, width, negativeSlope) => {
          for (const gain of [
            Math.SQRT2 / Math.hypot(1, negativeSlope),
            Math.sqrt(2 / (1 + negativeSlope ** 2)),
          ]) {
            const at = (factor: number) =>
              momentExponent(2, { width, weights, negativeSlope, gain: gain * factor });
            assert.equal(at(1), 0, `${weights} ${width} ${negativeSlope}`);
            assertClose(at(1 + 1e-14), 2e-14, 2e-15, `${weights} ${width} ${negativeSlope}`);
          }
        },
      ),
      RUNS,
    );
  });

  it("is the fourth moment of a quadratic form on the sphere at q = 4", () => {
    for (const width of [1, 2, 3, 10, 1000, 1_000_000]) {
      for (const a of [0, 0.01, 0.5, 0.999]) {
        const [first, second] = [(1 + a ** 2) / 2, (1 + a ** 4) / 2];
        const moment = (3 * second + (width - 1) * first ** 2) / (width + 2);
        const where = `${width} ${a}`;
        assertClose(atGainOne(4, "orthogonal", width, a), Math.log(moment), 1e-13, where);
        const gaussian = Math.log((moment * (width + 2)) / width);
        assertClose(atGainOne(4, "gaussian", width, a), gaussian, 1e-13, where);
      }
    }
  });

  it("has the cumulants of the growth for derivatives at 0", () => {
    for (const weights of ISOTROPIC_LAWS) {
      for (const width of [3, 16, 200, 1000, 1_000_000]) {
        for (const negativeSlope of [0.1, 0.9, 2.5]) {
          const layer = { width, weights, negativeSlope, gain: 1 };
          const exact = exactExponents(layer);
          assert.ok(!exact.extinct);
          const at = (q: number): number => momentExponent(q, layer);
          // Central differences of fourth order, on a scale that wide layers hardly feel.
          const h = 0.02;
          const [a, b, c, d] = [at(-2 * h), at(-h), at(h), at(2 * h)];
          const first = (a - 8 * b + 8 * c - d) / (12 * h);
          const second = (-a + 16 * b + 16 * c - d) / (12 * h * h);
          const where = `${weights} ${width} ${negativeSlope}`;
          assertClose(
            first,
            exact.lyapunovExponent,
            1e-7 * exact.variance + 1e-13,
            `λ of ${where}`,
          );
          assertClose(second, exact.variance, 1e-6 * exact.variance + 1e-11, `σ² of ${where}`);
        }
      }
    }
  });

  it("is infinite where the norm is too often too small, and only there", () => {
    assert.equal(atGainOne(-5, "gaussian", 5, 0.1), Infinity);
    assert.ok(Number.isFinite(atGainOne(-4.999, "gaussian", 5, 0.1)));
    assert.ok(Number.isFinite(atGainOne(-5, "orthogonal", 5, 0.1)));
    assert.ok(Number.isFinite(atGainOne(-500, "orthogonal", 5, 0.1)));
    for (const weights of ISOTROPIC_LAWS) {
      assert.equal(atGainOne(-1e-9, weights, 5, 0), Infinity);
      assertClose(atGainOne(1e-9, weights, 5, 0), Math.log1p(-(2 ** -5)), 1e-8, "q = 0+");
    }
  });

  it("tends to the largest and smallest possible growth", () => {
    assertClose(atGainOne(1e6, "orthogonal", 3, 0.1) / 1e6, 0, 1e-5, "one of three units");
    assertClose(atGainOne(-1e6, "orthogonal", 3, 0.1) / -1e6, Math.log(0.1), 1e-5, "none");
  });

  it("is convex, across the seams between its formulas too", () => {
    const q = fc.oneof(
      fc.double({ min: -8, max: 8, noNaN: true }),
      fc.double({ min: -2000, max: 2000, noNaN: true }),
    );
    const width = logUniform(0, 6).map(Math.floor);
    fc.assert(
      fc.property(
        fc.constantFrom(...ISOTROPIC_LAWS),
        width,
        logUniform(-6, 6),
        fc.oneof(q, fc.constant("seam" as const)),
        logUniform(-3, 0),
        (weights, d, negativeSlope, at, step) => {
          const middle = at === "seam" ? (d % 2 === 0 ? 3 : 1 - d) : at;
          const values = [-1, 0, 1].map((k) =>
            atGainOne(middle + k * step, weights, d, negativeSlope),
          );
          const [left, here, right] = values as [number, number, number];
          if (left === Infinity) return;
          assert.ok(values.every(Number.isFinite));
          const scale = Math.abs(middle * Math.log(negativeSlope)) + Math.abs(here) + 1;
          assert.ok(left + right - 2 * here >= -1e-13 * scale, `${left} ${here} ${right}`);
        },
      ),
      RUNS,
    );
  });

  it("stays finite for slopes at the ends of double precision", () => {
    for (const negativeSlope of [Number.MIN_VALUE, 1e-300, 1e300, Number.MAX_VALUE]) {
      for (const width of [1, 2, 3, 1000, 1_000_000]) {
        for (const q of [-1e5, -7, -1.5, -0.1, 0.1, 1, 2.9, 3, 7, 1e5]) {
          const value = atGainOne(q, "orthogonal", width, negativeSlope);
          assert.ok(Number.isFinite(value), `${width} ${negativeSlope} ${q}`);
        }
      }
    }
  });
});
