/** Computes log(e^a + e^b) without overflow; either may be −∞. */
export function logAddExp(a: number, b: number): number {
  const larger = Math.max(a, b);
  return larger === -Infinity ? larger : larger + Math.log1p(Math.exp(Math.min(a, b) - larger));
}

/** Computes log Σ e^x without overflow. */
export function logSumExp(exponents: readonly number[]): number {
  let largest = -Infinity;
  for (const x of exponents) largest = Math.max(largest, x);
  if (largest === -Infinity) return largest;
  let sum = 0;
  for (const x of exponents) sum += Math.exp(x - largest);
  return largest + Math.log(sum);
}

/** Computes log(e^x − 1) for x ≥ 0 without overflow. */
export function logExpMinusOne(x: number): number {
  return x < 1 ? Math.log(Math.expm1(x)) : x + Math.log1p(-Math.exp(-x));
}
