import type { Cumulants } from "./cumulants.ts";
import type { Slope } from "./slope.ts";

/** Widths from here on count as wide: the expansion below has converged to rounding. */
export const WIDE_FROM = 256;

const ORDER = 16;

/** A power series, as its coefficients of ε⁰ … ε^ORDER. */
type Series = readonly number[];

/**
 * Cumulants of log(1+ρT) (see slope.ts) in a wide layer, by expansion in ε = 1/d.
 *
 * Let g be standard normal in R^d. Then Σ (1+ρε_i) g_i² = (1+ρT) ‖g‖², and ‖g‖² is independent of
 * T. The Laplace transforms of both sides give their negative moments, Γ(r) E X^−r = ∫ t^(r−1) M(t)
 * dt for 0 < r < d/2. With x = 2t/(1+2t), the transforms are
 *
 *     (1−x)^(d/2) h(ρx)^d and (1−x)^(d/2),    h(y) = ½(1+y)^−½ + ½(1−y)^−½.
 *
 * The quotient of the moments is therefore an expectation over a beta law:
 *
 *     E (1+ρT)^−r = E h(ρx)^d,    x ~ Beta(r, d/2−r).                                           (∗)
 *
 * With y = sin θ, h = cos(θ/2)/cos θ, hence y (log h)′ = tan²θ − ½ tan θ tan(θ/2), and
 *
 *     log h(y) = Σ_j b_j y^2j,    b_j = (1 − ½ binomial(2j, j) 4^−j) / 2j.
 *
 * Let h^d = Σ_j d^j P_j(ε) y^2j; the P_j are polynomials without negative coefficients. The moments
 * of the beta law turn (∗) into a sum of polynomials in s = −r, which therefore holds for every s:
 *
 *     E (1+ρT)^s = Σ_j (4ερ²)^j P_j(ε) Π_{i<2j} (i−s)/(1+2iε).
 *
 * The sum is carried as a power series in s, up to s⁴, whose coefficients are power series in ε;
 * its logarithm generates the cumulants. The k-th cumulant is of order ε^(k−1). The cancellation of
 * the lower powers, which costs floating-point sums all their digits when d is large, is done here
 * once and for all by algebra.
 *
 * The series in ε is asymptotic and does not see the mass 2^−d at each of T = ±1. At d = 256, its
 * worst case, it agrees with the quadrature of narrow.ts to rounding for every ρ in [0, 1].
 */
export function wideCumulants(width: number, { contrast }: Slope): Cumulants {
  const [mean, variance, third, fourth] = logarithm(momentSeries(contrast));
  return {
    mean: evaluate(mean, 1, width),
    variance: 2 * evaluate(variance, 1, width),
    third: 6 * evaluate(third, 2, width),
    fourth: 24 * evaluate(fourth, 3, width),
  };
}

/** The coefficients of s¹ … s⁴. */
type FourSeries = readonly [Series, Series, Series, Series];

/** The series of E (1+ρT)^s in s; its coefficient of s⁰ is 1 and left out. */
function momentSeries(contrast: number): FourSeries {
  const moments = [zero(), zero(), zero(), zero()] as const;
  let risingFactorial: Series = [1, 0, 0, 0, 0];
  for (const [j, polynomial] of powersOfH().entries()) {
    if (j === 0) continue;
    risingFactorial = timesShiftMinusS(timesShiftMinusS(risingFactorial, 2 * j - 2), 2 * j - 1);
    let term: Series = polynomial;
    for (let i = 1; i < 2 * j; i++) term = overOnePlus(term, 2 * i);
    const factor = (4 * contrast * contrast) ** j;
    for (const [k, moment] of moments.entries()) {
      for (let n = j; n <= ORDER; n++) {
        const before = moment[n] as number;
        moment[n] = before + factor * (risingFactorial[k + 1] as number) * (term[n - j] as number);
      }
    }
  }
  return moments;
}

/** P_0 … P_ORDER, by n P_n = Σ_j j b_j ε^(j−1) P_(n−j), as for the exponential of any series. */
function powersOfH(): readonly Series[] {
  const b = logarithmOfH();
  const powers: number[][] = [];
  for (let n = 0; n <= ORDER; n++) {
    const power = zero();
    if (n === 0) power[0] = 1;
    for (let j = 1; j <= n; j++) {
      const factor = (j * (b[j] as number)) / n;
      const earlier = powers[n - j] as Series;
      for (let k = j - 1; k <= ORDER; k++) {
        power[k] = (power[k] as number) + factor * (earlier[k - j + 1] as number);
      }
    }
    powers.push(power);
  }
  return powers;
}

/** The coefficients 0, b_1 … b_ORDER of log h. */
function logarithmOfH(): readonly number[] {
  const b = [0];
  let centralBinomial = 1;
  for (let j = 1; j <= ORDER; j++) {
    centralBinomial *= (2 * j - 1) / (2 * j);
    b.push((1 - centralBinomial / 2) / (2 * j));
  }
  return b;
}

/**
 * log f for f = 1 + f_1 s + f_2 s² + …, with the coefficients g_k = f_k − Σ_{j<k} (j/k) g_j
 * f_(k−j).
 */
function logarithm([f1, f2, f3, f4]: FourSeries): FourSeries {
  const g1 = f1;
  const g2 = combine(f2, [-1 / 2, product(g1, f1)]);
  const g3 = combine(f3, [-1 / 3, product(g1, f2)], [-2 / 3, product(g2, f1)]);
  const g4 = combine(
    f4,
    [-1 / 4, product(g1, f3)],
    [-2 / 4, product(g2, f2)],
    [-3 / 4, product(g3, f1)],
  );
  return [g1, g2, g3, g4];
}

function zero(): number[] {
  return Array.from({ length: ORDER + 1 }, () => 0);
}

function combine(base: Series, ...terms: readonly (readonly [number, Series])[]): Series {
  return base.map((value, n) =>
    terms.reduce((sum, [a, series]) => sum + a * (series[n] as number), value),
  );
}

function product(a: Series, b: Series): Series {
  const result = zero();
  for (let i = 0; i <= ORDER; i++) {
    for (let j = 0; i + j <= ORDER; j++) {
      result[i + j] = (result[i + j] as number) + (a[i] as number) * (b[j] as number);
    }
  }
  return result;
}

/** The series divided by 1 + cε. */
function overOnePlus(series: Series, c: number): Series {
  const result: number[] = [];
  for (const value of series) result.push(value - c * (result.at(-1) ?? 0));
  return result;
}

/** A polynomial in s, multiplied by (shift − s). */
function timesShiftMinusS(polynomial: Series, shift: number): Series {
  return polynomial.map((value, k) => shift * value - (polynomial[k - 1] ?? 0));
}

/** The value of a series at ε = 1/width, from ε^from on; the lower powers vanish identically. */
function evaluate(series: Series, from: number, width: number): number {
  let sum = 0;
  for (let n = ORDER; n >= from; n--) sum = sum / width + (series[n] as number);
  return sum / width ** from;
}
