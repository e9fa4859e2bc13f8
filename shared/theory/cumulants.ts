/** The first four cumulants of a random variable. */
export interface Cumulants {
  readonly mean: number;
  readonly variance: number;
  readonly third: number;
  readonly fourth: number;
}

/** The cumulants of the sum of two independent variables. */
export function addCumulants(a: Cumulants, b: Cumulants): Cumulants {
  return {
    mean: a.mean + b.mean,
    variance: a.variance + b.variance,
    third: a.third + b.third,
    fourth: a.fourth + b.fourth,
  };
}
