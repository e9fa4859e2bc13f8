import assert from "node:assert/strict";

import { uniformCriticalGain } from "../../../shared/initialization/uniformGain.ts";
import {
  DIFFERENCES,
  ERRORS,
  SLOPES,
  WIDTHS,
} from "../../../shared/initialization/uniformGains.ts";
import { resolveGain } from "../../../shared/network/gains.ts";
import { assertClose } from "../theory/support.ts";

/** Differences of two of the table's values that are its errors: four of them. */
const NOISE = 7e-4;

function gaussian(width: number, negativeSlope: number): number {
  return resolveGain("lyapunov", { width, weights: "gaussian", negativeSlope });
}

/** The logarithm of the gain, less that of Gaussian weights. */
function difference(width: number, slope: number): number {
  return Math.log(uniformCriticalGain(width, slope).gain / gaussian(width, slope));
}

describe("uniformCriticalGain", () => {
  it("is the table's value with its error at the table's widths and slopes", () => {
    for (const [row, slope] of SLOPES.entries()) {
      for (const [column, width] of WIDTHS.entries()) {
        const { gain, standardError } = uniformCriticalGain(width, slope);
        const where = `width ${width}, slope ${slope}`;
        assertClose(difference(width, slope), DIFFERENCES[row]?.[column] ?? NaN, 1e-14, where);
        assertClose(standardError / gain, ERRORS[row]?.[column] ?? NaN, 1e-14, where);
      }
    }
  });

  it("is exact at width 1: E log|w| of a number between −√3 and √3 is log √3 − 1", () => {
    const { gain, standardError } = uniformCriticalGain(1, 1);
    assertClose(gain, Math.E / Math.sqrt(3), 3e-6, "gain");
    assert.equal(standardError, 0);
    // Half of all sums are negative, and lose a factor α.
    assertClose(uniformCriticalGain(1, 0.25).gain, (2 * Math.E) / Math.sqrt(3), 3e-6, "α = ¼");
  });

  it("is the same for −α, and by 1/α smaller for 1/α", () => {
    for (const [width, slope] of [
      [3, 0.07],
      [20, 0.5],
      [100, 0.01],
    ] as const) {
      const { gain } = uniformCriticalGain(width, slope);
      assertClose(uniformCriticalGain(width, -slope).gain, gain, 1e-13, "−α");
      assertClose(uniformCriticalGain(width, 1 / slope).gain, gain * slope, 1e-13, "1/α");
    }
  });

  it("comes ever closer to the Gaussian gain from below as layers get wider", () => {
    for (const slope of [0, 1e-9, 0.02, 0.27, 0.9, 1]) {
      const widths = [1, 2, 3, 4, 6, 8, 9, 11, 14, 20, 40, 64, 65, 200, 1e6];
      const values = widths.map((width) => difference(width, slope));
      assert.ok(
        values.every((value, i) => value < 0 && value > (values[i - 1] ?? -Infinity) - NOISE),
        `${slope}: ${values.join(" ")}`,
      );
    }
  });

  it("goes over into its expansion where the table ends, within the errors", () => {
    for (const slope of SLOPES) {
      const [last, beyond] = [uniformCriticalGain(64, slope), uniformCriticalGain(65, slope)];
      const error = Math.hypot(last.standardError, beyond.standardError) / last.gain;
      assertClose(difference(65, slope), difference(64, slope), 4 * error, `slope ${slope}`);
    }
  });
});
