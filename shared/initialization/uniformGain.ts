import { exactExponents } from "../theory/exact.ts";
import { DIFFERENCES, ERRORS, SLOPES, WIDTHS } from "./uniformGains.ts";

/** Share of the expansion's first term that the others may make up where the table ends. */
const REST = 1 / 8;

/** A critical gain, with the standard error that the table leaves it. */
export interface TabulatedGain {
  readonly gain: number;
  readonly standardError: number;
}

/**
 * The critical gain of uniform weights in a square layer: Gaussian weights' exact one, times the
 * exponential of a difference from the table; of survivors where α = 0.
 *
 * The table serves every slope. Because the law is symmetric, −α and 1/α change the growth exactly as
 * they do with Gaussian weights: so the difference depends on b = min(|α|, 1/|α|) only. Between
 * slopes it is linear in 2b/(1+b²), in which it is nearly straight. Below the table's least slope it
 * depends less on b than its errors show.
 *
 * In wide layers the difference is −R²/(10 d²), R = 6 (1+b⁴)/(1+b²)², and smaller terms, by
 * expansion of E log ‖φ(Wx)‖² to the fourth cumulant of an entry, −6/5. Therefore d² times the
 * difference, which varies little, is interpolated between widths, linearly in log d.
 */
export function uniformCriticalGain(width: number, negativeSlope: number): TabulatedGain {
  const exact = exactExponents({ width, weights: "gaussian", negativeSlope, gain: 1 });
  const gaussian = exact.survivors?.criticalGain ?? exact.criticalGain;
  if (gaussian === null) throw new Error("neither a critical gain nor survivors'");
  const { difference, standardError } = gainDifference(width, negativeSlope);
  const gain = gaussian * Math.exp(difference);
  return { gain, standardError: gain * standardError };
}

interface Difference {
  readonly difference: number;
  readonly standardError: number;
}

function gainDifference(width: number, negativeSlope: number): Difference {
  const size = Math.abs(negativeSlope);
  const b = size <= 1 ? size : 1 / size;
  if (width > (WIDTHS.at(-1) ?? 0)) {
    const ratio = (6 * (1 + b ** 4)) / (1 + b * b) ** 2;
    const difference = -(ratio ** 2) / (10 * width ** 2);
    return { difference, standardError: REST * Math.abs(difference) };
  }
  if (size === 0) return alongWidths(0, width);
  // Row 0 is that of survivors, of whom there is no slope but 0.
  const upper = Math.max(
    2,
    SLOPES.findIndex((slope) => slope >= b),
  );
  const [from = 0, to = 1] = [SLOPES[upper - 1], SLOPES[upper]];
  const share = Math.max(0, (balance(b) - balance(from)) / (balance(to) - balance(from)));
  return mixed(alongWidths(upper - 1, width), alongWidths(upper, width), share);
}

/** How alike a slope and 1 are, from 0 to 1: a slope and its reciprocal have the same balance. */
function balance(b: number): number {
  return (2 * b) / (1 + b * b);
}

/** The difference in one row of the table, between two of its widths. */
function alongWidths(row: number, width: number): Difference {
  const upper = WIDTHS.findIndex((each) => each >= width);
  const scaled = (column: number): Difference => {
    const square = (WIDTHS[column] ?? NaN) ** 2;
    return {
      difference: (DIFFERENCES[row]?.[column] ?? NaN) * square,
      standardError: (ERRORS[row]?.[column] ?? NaN) * square,
    };
  };
  const [from, to] = [WIDTHS[upper - 1] ?? NaN, WIDTHS[upper] ?? NaN];
  const found =
    width === to
      ? scaled(upper)
      : mixed(scaled(upper - 1), scaled(upper), Math.log(width / from) / Math.log(to / from));
  return {
    difference: found.difference / width ** 2,
    standardError: found.standardError / width ** 2,
  };
}

/** A mean of two independent values, the second with the weight `share`. */
function mixed(a: Difference, b: Difference, share: number): Difference {
  return {
    difference: (1 - share) * a.difference + share * b.difference,
    standardError: Math.hypot((1 - share) * a.standardError, share * b.standardError),
  };
}
