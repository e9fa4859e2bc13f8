import type { Cumulants } from "./cumulants.ts";

/** The Bernoulli numbers B_2, B_4 … B_14. */
const BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6] as const;

/** From here on, seven terms of Stirling's series, up to its fourth derivative, are exact. */
const STIRLING_FROM = 16;

/**
 * Cumulants of log(χ²_d/d), the logarithm of a chi-square variable over its mean. Because
 * E (χ²_d)^s = 2^s Γ(x+s)/Γ(x), x = d/2, they are ψ(x) − log x, ψ′(x), ψ″(x) and ψ‴(x). They come
 * from derivatives of Stirling's series (NIST DLMF 5.11.1)
 *
 *     log Γ(x) = (x−½) log x − x + ½ log 2π + Σ_n B_2n / (2n (2n−1) x^(2n−1)),
 *
 * after x has been raised by Γ(x+1) = x Γ(x).
 *
 * Subtracting log x from a library's ψ(x) would not do. In a wide linear network, ψ(x) − log x ≈
 * −1/d *is* twice the Lyapunov exponent, and the difference of two numbers of size log d loses it.
 */
export function logChiSquareCumulants(degreesOfFreedom: number): Cumulants {
  const start = degreesOfFreedom / 2;
  const steps = Math.max(0, Math.ceil(STIRLING_FROM - start));
  const x = start + steps;

  let mean = -1 / (2 * x);
  let variance = 1 / x + 1 / (2 * x ** 2);
  let third = -1 / x ** 2 - 1 / x ** 3;
  let fourth = 2 / x ** 3 + 3 / x ** 4;
  for (const [index, bernoulli] of BERNOULLI.entries()) {
    const order = 2 * (index + 1);
    const term = bernoulli / x ** order;
    mean -= term / order;
    variance += term / x;
    third -= (term * (order + 1)) / x ** 2;
    fourth += (term * (order + 1) * (order + 2)) / x ** 3;
  }

  mean += Math.log1p(steps / start);
  for (let y = start; y < x; y++) {
    mean -= 1 / y;
    variance += 1 / y ** 2;
    third -= 2 / y ** 3;
    fourth += 6 / y ** 4;
  }
  return { mean, variance, third, fourth };
}

/** The log-moment log E (χ²_d/d)^s for s > −d/2. */
export function logChiSquareMoment(degreesOfFreedom: number, s: number): number {
  return logGammaGrowth(degreesOfFreedom / 2, s);
}

/** The difference log Γ(x+s) − log Γ(x) for x > 0 and x + s > 0. */
export function logGammaRatio(x: number, s: number): number {
  return logGammaGrowth(x, s) + s * Math.log(x);
}

/** log Γ(x+s) − log Γ(x) − s log x, of order s²/x for large x, computed without its large parts. */
function logGammaGrowth(start: number, s: number): number {
  const steps = Math.max(0, Math.ceil(STIRLING_FROM - Math.min(start, start + s)));
  const x = start + steps;
  let sum = (x + s - 0.5) * Math.log1p(s / x) - s + stirlingTail(x + s) - stirlingTail(x);
  sum += s * Math.log1p(steps / start);
  for (let y = start; y < x; y++) sum -= Math.log1p(s / y);
  return sum;
}

function stirlingTail(x: number): number {
  let sum = 0;
  for (const [index, bernoulli] of BERNOULLI.entries()) {
    const order = 2 * (index + 1);
    sum += bernoulli / (order * (order - 1) * x ** (order - 1));
  }
  return sum;
}
