/** The text in place of a number that is not known. */
export const ABSENT = "–";

/** Formats a number with its error, in as many digits as mean something: `−0.08832 ± 0.00009`. */
export function withError(estimate: number | undefined, error: number | undefined): string {
  if (estimate === undefined || error === undefined) return ABSENT;
  const digits = error > 0 ? Math.min(10, Math.max(2, 1 - Math.floor(Math.log10(error)))) : 6;
  return `${fixed(estimate, digits)} ± ${error.toFixed(digits)}`;
}

export function fixed(value: number | null | undefined, digits: number): string {
  if (value === undefined || value === null) return ABSENT;
  const text = value.toFixed(digits);
  // A minus before zeros only would suggest a sign that is not known.
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** Formats a number to seven significant digits. */
export function significant(value: number | null | undefined): string {
  if (value === undefined || value === null) return ABSENT;
  // At the critical gain an exact λ is zero but for rounding.
  if (Math.abs(value) < 1e-14) return "0";
  return String(Number(value.toPrecision(7))).replace("-", "−");
}
