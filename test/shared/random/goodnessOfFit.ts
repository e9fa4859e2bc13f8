/** Statistics of goodness of fit, for samplers with fixed seeds. */

/** The Kolmogorov–Smirnov statistic √n sup |F_n − F|; above 2.7 with probability 9e-7 under F. */
export function kolmogorovSmirnov(sample: Float64Array, cdf: (x: number) => number): number {
  const sorted = sample.toSorted();
  const n = sorted.length;
  const distance = sorted.reduce((worst, x, i) => {
    const p = cdf(x);
    return Math.max(worst, p - i / n, (i + 1) / n - p);
  }, 0);
  return Math.sqrt(n) * distance;
}

/** The standard normal distribution function, by the series and the continued fraction of erfc. */
export function normalCdf(x: number): number {
  if (x > 0) return 1 - normalCdf(-x);
  const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  if (x < -3) {
    let fraction = 0;
    for (let k = 60; k > 0; k--) fraction = k / (-x + fraction);
    return density / (-x + fraction);
  }
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-18 * Math.abs(sum); k += 2) sum += term *= (x * x) / k;
  return 0.5 + density * sum;
}

/** Pearson's χ² of counts against expected counts, as a standard normal (Wilson and Hilferty). */
export function chiSquareScore(observed: readonly number[], expected: readonly number[]): number {
  const degrees = observed.length - 1;
  const statistic = observed.reduce((sum, count, i) => {
    const mean = expected[i] as number;
    return sum + (count - mean) ** 2 / mean;
  }, 0);
  const spread = 2 / (9 * degrees);
  return (Math.cbrt(statistic / degrees) - 1 + spread) / Math.sqrt(spread);
}

/** How many standard errors a sample's mean of f(x) is away from its expectation. */
export function meanScore(
  sample: Float64Array,
  f: (x: number) => number,
  expectation: number,
): number {
  let sum = 0;
  let squares = 0;
  for (const x of sample) {
    sum += f(x) - expectation;
    squares += (f(x) - expectation) ** 2;
  }
  return sum / Math.sqrt(squares);
}
