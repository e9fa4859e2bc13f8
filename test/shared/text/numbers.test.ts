import assert from "node:assert/strict";

import { assert as check, double, property } from "fast-check";

import {
  alignedWithError,
  exactBeside,
  factor,
  fixed,
  given,
  interval,
  percent,
  rounded,
  significant,
  withError,
} from "../../../shared/text/numbers.ts";

/** Numbers of every size that a run can yield. */
const NUMBERS = double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 });
const ERRORS = double({ noNaN: true, min: 1e-300, max: 1e300 });

describe("numbers for people", () => {
  it("end where their error ends, which has two significant digits", () => {
    const texts: readonly [number, number, string][] = [
      [-0.0883212, 0.000912, "−0.08832 ± 0.00091"],
      [-0.0883212, 0.0000996, "−0.08832 ± 0.00010"],
      [0.7231, 0.03, "0.723 ± 0.030"],
      [12.3456, 1.23, "12.3 ± 1.2"],
      [12_345, 123, "12350 ± 120"],
      [3, 250, "0 ± 250"],
      [0.000047, 0.000056, "0.000047 ± 0.000056"],
      [3e-7, 1.2e-6, "(0.3 ± 1.2)·10^−6"],
      [-1.2345e-10, 3.4e-11, "(−1.23 ± 0.34)·10^−10"],
      [1e-10, 1e-12, "(1.000 ± 0.010)·10^−10"],
      [1.5e12, 2e10, "(1.500 ± 0.020)·10^12"],
      [-0.000_000_4, 0.0012, "0.0000 ± 0.0012"],
      [0.5, 1e-10, "0.50000000000 ± 0.00000000010"],
    ];
    for (const [value, error, text] of texts) assert.equal(withError(value, error), text);
  });

  it("have no error where nothing fluctuates, and are zero where only rounding is left", () => {
    assert.equal(withError(Math.log(1.1), 0), "0.09531018 ± 0");
    assert.equal(withError(Math.log(1.1), 3.1e-19), "0.09531018 ± 3.1·10^−19");
    assert.equal(withError(-3e-17, 0), "0 ± 0");
    assert.equal(withError(0, 0), "0 ± 0");
    // Signs of width 1, slope 1 and gain 1: the norm stays what it is.
    assert.equal(withError(1.42e-19, 2.5e-20), "0 ± 0");
    assert.equal(interval(0.94e-19, 1.9e-19, 2.5e-20, 1.42e-19), "[0, 0]");
  });

  it("are written with one kind of minus, no exponent of a program, and never NaN or infinite", () => {
    check(
      property(NUMBERS, ERRORS, (value, error) => {
        for (const text of [
          withError(value, error),
          interval(value - error, value + error),
          significant(value),
          exactBeside(value, error),
          fixed(value, 2),
          factor(value, error),
          rounded(value, error),
        ]) {
          assert.doesNotMatch(text, /-|e|NaN|∞|Infinity/);
          assert.ok(!/−0*\.?0*(?![\d.])/.test(text), `${text}: a zero with a sign`);
        }
      }),
    );
    for (const nothing of [NaN, Infinity, -Infinity, undefined, null]) {
      for (const text of [
        withError(nothing, 1),
        withError(1, nothing),
        interval(nothing, 1),
        interval(0, nothing),
        significant(nothing),
        exactBeside(nothing, 1),
        fixed(nothing, 2),
        given(nothing),
        factor(nothing ?? NaN),
      ]) {
        assert.equal(text, "–");
      }
    }
  });

  it("are as close to the value as their last digit says, and so is the error", () => {
    check(
      property(
        double({ noNaN: true, min: -1e6, max: 1e6 }),
        double({ noNaN: true, min: 1e-6, max: 1e6 }),
        (value, error) => {
          const [left, right] = alignedWithError(value, error).map(parsed);
          // Two digits of the error: it is right to a twentieth, and the value to that, too.
          assert.ok(Math.abs(Number(right) - error) <= 0.0501 * error, `${right} for ${error}`);
          const rounding = 1e-6 * Math.abs(value);
          assert.ok(
            Math.abs(Number(left) - value) <= 0.0501 * error + rounding,
            `${left}, ${value}`,
          );
        },
      ),
    );
  });

  it("have no more digits where the error is that of a sketch's bin", () => {
    assert.equal(withError(1.0330254120293, 7.67e-12), "1.033025 ± 7.7·10^−12");
    assert.equal(interval(1.0330254120154, 1.0330254120454, 7.67e-12), "[1.033025, 1.033025]");
  });

  it("share their power of ten with their error, also where the two are shown apart", () => {
    assert.deepEqual(alignedWithError(3e-7, 1.2e-6), ["0.3·10^−6", "1.2·10^−6"]);
    assert.deepEqual(alignedWithError(-0.0883212, 0.000912), ["−0.08832", "0.00091"]);
    assert.deepEqual(alignedWithError(undefined, 1), ["–", "–"]);
    assert.equal(rounded(-0.0883212, 0.000912), "−0.08832");
    assert.equal(rounded(2e-7, 1.2e-6), "0.2·10^−6");
    assert.equal(rounded(-0.0883212, undefined), "−0.0883212");
  });

  it("are intervals of the digits that their width deserves", () => {
    assert.equal(interval(-0.0885012, -0.0881415), "[−0.088501, −0.088141]");
    assert.equal(interval(-0.0885012, -0.0881415, 0.000912), "[−0.08850, −0.08814]");
    assert.equal(interval(-2.1e-6, 2.4e-6), "[−2.1, 2.4]·10^−6");
    assert.equal(interval(-7.9e-6, 2.03e-5, 7.2e-6, 6.2e-6), "[−7.9, 20.3]·10^−6");
    assert.equal(interval(0.25, 0.25), "[0.25, 0.25]");
    assert.equal(interval(0, 0), "[0, 0]");
  });

  it("are exact values with a digit more than the estimate beside them, and four at least", () => {
    assert.equal(exactBeside(-0.08821153346, 0.000912), "−0.088212");
    assert.equal(exactBeside(-0.08821153346, 1.2e-8), "−0.0882115335");
    assert.equal(exactBeside(-2.9412e-7, 1.2e-6), "−2.941·10^−7");
    assert.equal(exactBeside(-0.08821153346, 12), "−0.08821");
    assert.equal(exactBeside(-0.08821153346, undefined), "−0.08821153");
    assert.equal(exactBeside(-0.2, 0.000912), "−0.200000");
    assert.equal(exactBeside(0, 0.01), "0");
  });

  it("are factors of the digits that their error deserves", () => {
    assert.equal(factor(Math.log(1.5612)), "1.56");
    assert.equal(factor(0), "1.00");
    assert.equal(factor(Math.log(37.2), 0.05), "37");
    assert.equal(factor(Math.log(37.2), 0.5), "40");
    assert.equal(factor(12.5 * Math.LN10, 0.02), "3.2·10^12");
    assert.equal(factor(12.5 * Math.LN10, 0.3), "3·10^12");
    assert.equal(factor(12.999 * Math.LN10, 0.02), "1·10^13");
    assert.equal(factor(12.5 * Math.LN10, 1), "10^13");
    assert.equal(factor(29_958_685.3 * Math.LN10, 4343 * Math.LN10), "10^29959000");
    assert.equal(factor(-12.5 * Math.LN10, 0.02), "3.2·10^−13");
  });

  it("are what was given, without the digits that only a grid makes", () => {
    assert.equal(given(-0.01), "−0.01");
    assert.equal(given(1.2333333333333334), "1.23333333");
    assert.equal(given(-1e-7), "−1·10^−7");
    assert.equal(given(1e21), "1·10^21");
    assert.equal(given(0), "0");
  });

  it("are percentages that are not rounded to another level", () => {
    assert.equal(percent(0.95), "95 %");
    assert.equal(percent(0.995), "99.5 %");
    assert.equal(percent(0.57), "57 %");
  });
});

function parsed(text: string): number {
  return Number(text.replaceAll("−", "-").replace("·10^", "e"));
}
