/** Errors of a sum of a few logarithms that was measured at 2 of these at most, with room. */
const ROUNDINGS = 4;

/**
 * Returns 0 for a sum of logarithms that is no larger than the error of computing it: logarithms
 * cancel at He's gain and at the critical gain, where algebra says that nothing is left.
 *
 * @param size the largest of the logarithms, by which their rounding grows
 */
export function withoutRounding(sum: number, size: number): number {
  return Math.abs(sum) <= ROUNDINGS * Number.EPSILON * (1 + Math.abs(size)) ? 0 : sum;
}
