import { factor } from "./numbers.ts";

/** Relative errors that leave a factor two digits, and one. */
const TWO_DIGITS = 0.05;
const ONE_DIGIT = 0.3;
/** Relative error that leaves three: two would make a factor such as 1.03, or 0.97, a plain 1.0. */
const THREE_DIGITS = 0.005;
/** Growths between which a factor needs a third digit: nearer to 1 it shows nothing either. */
const [LEAST_SHOWN, NEAR_ONE] = [0.0005, 0.1];

/**
 * Formats what a norm is multiplied by, e^growth, for a single network: two digits of an ordinary
 * factor, `×0.25`, three next to 1, `×0.974`, and one of a power of ten, `×4·10^−9`. More would tell nobody more.
 */
export function times(growth: number): string {
  const size = Math.abs(growth);
  if (size >= LEAST_SHOWN && size < NEAR_ONE) return `×${factor(growth, THREE_DIGITS)}`;
  const isOrdinary = size < 3 * Math.LN10;
  return `×${factor(growth, isOrdinary ? TWO_DIGITS : ONE_DIGIT)}`;
}
