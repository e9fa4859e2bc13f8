/** Formats e^logFactor, even where it overflows: `54.9`, `5.3·10^124`. */
export function factor(logFactor: number): string {
  const exponent = logFactor / Math.LN10;
  if (exponent < 3) return Math.exp(logFactor).toPrecision(3);
  return power(exponent, 1);
}

/** Formats what a norm is multiplied by, e^growth, to a digit or two: `×0.25`, `×4·10^−9`. */
export function times(growth: number): string {
  const exponent = growth / Math.LN10;
  if (Math.abs(exponent) < 3) return `×${Number(Math.exp(growth).toPrecision(2))}`;
  return `×${power(exponent, 0)}`;
}

/** Formats 10^exponent with some digits after the first. */
function power(exponent: number, digits: number): string {
  const whole = Math.floor(exponent);
  const mantissa = (10 ** (exponent - whole)).toFixed(digits);
  // 9.96 is 10.0 to one digit.
  const [shown, raised] =
    Number(mantissa) === 10 ? [(1).toFixed(digits), whole + 1] : [mantissa, whole];
  return `${shown}·10^${raised < 0 ? "−" : ""}${Math.abs(raised)}`;
}

/** `1 layer`, `10,000 layers`. */
export function layersText(count: number): string {
  return count === 1 ? "1 layer" : `${count.toLocaleString("en-US")} layers`;
}
