/** The slope of the networks whose growth is measured. */
export const NEGATIVE_SLOPE = 0.2;

/** Networks whose growth is measured: of each law, in layers that it serves. */
export const GROWTH_CASES = [
  { law: "gaussian", name: "lyapunov_normal", sizes: [3, 5, 4, 2] },
  { law: "orthogonal", name: "lyapunov_orthogonal", sizes: [5, 3] },
  // The table is of deep networks; so wide, a first layer hardly differs from a later one.
  { law: "uniform", name: "lyapunov_uniform", sizes: [32, 32] },
] as const;

export type GrowthCase = (typeof GROWTH_CASES)[number];

/** How many standard errors a mean growth may be off: a false alarm in 16,000. */
export const MOST_ERRORS = 4;
