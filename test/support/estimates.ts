import type { ExponentEstimates } from "../../shared/statistics/estimate.ts";

/** Makes estimates for tests in which only the standard errors matter. */
export function estimatesWithErrors(lyapunovExponent: number, variance: number): ExponentEstimates {
  const rest = { estimate: 1, lower: 0, upper: 2, level: 0.95 };
  return {
    lyapunovExponent: { ...rest, standardError: lyapunovExponent, method: "student_t" },
    variance: { ...rest, standardError: variance, method: "chi_squared" },
  };
}
