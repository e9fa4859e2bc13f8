import type { Moments } from "../../shared/statistics/moments.ts";

/** Values that are multiples of this have exact moments; it is a power of two. */
const GRID = 2 ** -20;
const PRECISION = 120n;

/**
 * Moments in exact rational arithmetic, rounded once at the end: with integers k = x/GRID,
 * Σ (x − mean)^p = GRID^p Σ (n k − Σk)^p / n^p.
 */
export function exactMoments(values: readonly number[]): Moments {
  const integers = values.map((value) => BigInt(value / GRID));
  const count = BigInt(values.length);
  const sum = integers.reduce((total, integer) => total + integer, 0n);
  const central = (power: number) => {
    const exponent = BigInt(power);
    const total = integers.reduce((acc, integer) => acc + (count * integer - sum) ** exponent, 0n);
    return quotient(total, count ** exponent) * GRID ** power;
  };
  return { mean: quotient(sum, count) * GRID, m2: central(2), m3: central(3), m4: central(4) };
}

/** Divides to a double that may be off by one in its last bit. */
function quotient(numerator: bigint, denominator: bigint): number {
  return Number((numerator << PRECISION) / denominator) / 2 ** Number(PRECISION);
}

/** The nearest multiple of GRID. */
export function onGrid(value: number): number {
  return Math.round(value / GRID) * GRID;
}
