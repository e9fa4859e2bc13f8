import type { WeightLaw } from "./weights.ts";

/** Of independent entries; those of an orthogonal matrix are not, and have no law of their own. */
type EntryLaw = Exclude<WeightLaw, "orthogonal">;

/** φ(2) / (2Φ(2) − 1): the standard normal density at the cut over the mass within. */
const CUT = 0.05399096651318806 / 0.9544997361036416;

/**
 * κ₄(w) = E w⁴ − 3 of an entry w over its standard deviation. It moves λ of a wide network: the
 * squared norm of a layer fluctuates with the fourth moment of the entries. Infinite for Student's
 * t of ν ≤ 4; not a number where the law's parameter is missing.
 *
 * Moments of a standard normal cut at ±c, by parts, with r = φ(c) / (2Φ(c) − 1):
 * E z² = 1 − 2cr and E z⁴ = 3 − 2c(c² + 3)r.
 */
export function fourthCumulant(
  law: EntryLaw,
  {
    degreesOfFreedom = NaN,
    density = NaN,
  }: { readonly degreesOfFreedom?: number; readonly density?: number } = {},
): number {
  switch (law) {
    case "gaussian":
      return 0;
    case "uniform":
      return -6 / 5;
    case "rademacher":
      return -2;
    case "truncated_normal":
      return (3 - 28 * CUT) / (1 - 4 * CUT) ** 2 - 3;
    case "student_t":
      return degreesOfFreedom <= 4 ? Infinity : 6 / (degreesOfFreedom - 4);
    case "sparse_gaussian":
      return 3 / density - 3;
  }
}
