import { factor } from "./numbers.ts";

/** Relative errors that leave a factor two digits, and one. */
const TWO_DIGITS = 0.05;
const ONE_DIGIT = 0.3;

/**
 * Formats what a norm is multiplied by, e^growth, for a single network: two digits of an ordinary
 * factor, `×0.25`, and one of a power of ten, `×4·10^−9`. More would tell nobody more.
 */
export function times(growth: number): string {
  const isOrdinary = Math.abs(growth) < 3 * Math.LN10;
  return `×${factor(growth, isOrdinary ? TWO_DIGITS : ONE_DIGIT)}`;
}
