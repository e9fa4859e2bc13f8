/**
 * How numbers are written for people, everywhere: on the terminal, on the page, in pictures and in
 * messages. JSON and CSV hold every digit of a number instead, and an ASCII hyphen.
 *
 * - The minus sign is U+2212. Flags read it back, so that a number can be pasted.
 * - An error has two significant digits, and its value ends at the same decimal place.
 * - A number that would begin with six zeros, or have more than nine digits before the point, is
 *   written with a power of ten: `(1.2 ± 0.3)·10^−10`. A value and its error share one power.
 * - What is no finite number is a dash.
 */

/** The text in place of a number that is not known. */
export const ABSENT = "–";

const MINUS = "−";

/** Powers of ten of the leading digit between which a number is written without a power. */
const LEAST_PLAIN_POWER = -5;
const MOST_PLAIN_POWER = 8;

/** Digits of a number beside which no error says how many it deserves. */
const DIGITS = 7;

/** Fewest digits of an exact value, however large the error beside it is. */
const LEAST_EXACT_DIGITS = 4;

/** Most digits of an exact value: the theory is that precise. */
const MOST_EXACT_DIGITS = 12;

/**
 * An error below this share of its value is rounding, or the width of a quantile sketch's bin, and not
 * a statistical error.
 */
const ROUNDING_SHARE = 1e-10;

/** A mean of logarithms that does not fluctuate at all, and is smaller than this, is zero. */
const ROUNDING = 1e-12;

/** A spread below this is that of rounding, of logarithms near 1. */
const ROUNDING_ERROR = 1e-16;

type Maybe = number | null | undefined;

/** Formats a value with its error: `−0.08832 ± 0.00091`, `(0.3 ± 1.2)·10^−6`. */
export function withError(value: Maybe, error: Maybe): string {
  if (!isNumber(value) || !isNumber(error)) return ABSENT;
  if (isBelowRounding(value, error)) return alignedWithError(value, error).join(" ± ");
  const style = styleOf([value], error);
  return powered(style, `${mantissa(value, style)} ± ${mantissa(Math.abs(error), style)}`, "()");
}

/**
 * Formats a value and its error as two texts, each of which can stand alone: `0.3·10^−6` and
 * `1.2·10^−6`.
 */
export function alignedWithError(value: Maybe, error: Maybe): readonly [string, string] {
  if (!isNumber(value) || !isNumber(error)) return [ABSENT, ABSENT];
  if (isBelowRounding(value, error)) {
    if (isZero(value, error)) return ["0", "0"];
    return [significant(value), significant(Math.abs(error), 2)];
  }
  const style = styleOf([value], error);
  const text = (number: number) => powered(style, mantissa(number, style));
  return [text(value), text(Math.abs(error))];
}

/**
 * Formats a value to the decimal place at which its error ends.
 *
 * @param size the value by which the power of ten is chosen, for values that are shown together
 */
export function rounded(value: Maybe, error: Maybe, size: Maybe = value): string {
  if (!isNumber(value)) return ABSENT;
  if (!isNumber(error)) return significant(value);
  if (isBelowRounding(value, error)) return isZero(value, error) ? "0" : significant(value);
  const style = styleOf([size ?? value], error);
  return powered(style, mantissa(value, style));
}

/**
 * Formats an interval to the digits that its width deserves: `[−0.08850, −0.08814]`.
 *
 * @param error the standard error of what the interval is about; by default a quarter of its width
 * @param value the estimate that stands before the interval, whose power of ten it shares
 */
export function interval(lower: Maybe, upper: Maybe, error?: Maybe, value?: Maybe): string {
  if (!isNumber(lower) || !isNumber(upper)) return ABSENT;
  const size = Math.max(Math.abs(lower), Math.abs(upper));
  const resolution = isNumber(error) && error > 0 ? error : (upper - lower) / 4;
  if (isZero(size, resolution)) return "[0, 0]";
  if (isBelowRounding(size, resolution)) return `[${significant(lower)}, ${significant(upper)}]`;
  const style = styleOf(isNumber(value) ? [value] : [lower, upper], resolution);
  return powered(style, `[${mantissa(lower, style)}, ${mantissa(upper, style)}]`);
}

/** Formats an exact value to one digit more than the estimate beside it, whose error is given. */
export function exactBeside(value: Maybe, error: Maybe): string {
  if (!isNumber(value)) return ABSENT;
  if (value === 0 || !isNumber(error) || error === 0) return significant(value);
  const leading = powerOf(value, DIGITS);
  const digits = leading - lastPlace(error) + 2;
  const shown = Math.min(MOST_EXACT_DIGITS, Math.max(LEAST_EXACT_DIGITS, digits));
  const style = { power: isPlain(leading) ? 0 : leading, last: leading - shown + 1 };
  return powered(style, mantissa(value, style));
}

/** Formats a number to a number of significant digits, without zeros that say nothing. */
export function significant(value: Maybe, digits: number = DIGITS): string {
  if (!isNumber(value)) return ABSENT;
  if (value === 0) return "0";
  const power = powerOf(value, digits);
  if (isPlain(power)) return signed(String(Number(value.toPrecision(digits))));
  const text = Number(shifted(value, -power).toPrecision(digits));
  return `${signed(String(text))}·10^${signed(String(power))}`;
}

/** Formats a number to a fixed number of decimals, such as a z-score. */
export function fixed(value: Maybe, decimals: number): string {
  if (!isNumber(value)) return ABSENT;
  if (powerOf(value, DIGITS) > MOST_PLAIN_POWER) return significant(value);
  return signed(value.toFixed(decimals));
}

/**
 * Formats a number that was asked for, such as a slope, to nine digits: grids make gains such as
 * 1.2333333333333334.
 */
export function given(value: Maybe): string {
  return significant(value, 9);
}

/**
 * Formats the factor e^logFactor to the digits that its error deserves, even where it overflows:
 * `1.56`, `4.2·10^12`, `10^29959000`.
 *
 * @param logError error of logFactor, which is the factor's relative error while it is small
 */
export function factor(logFactor: number, logError = 0): string {
  if (!Number.isFinite(logFactor) || !Number.isFinite(logError)) return ABSENT;
  const decades = logFactor / Math.LN10;
  const error = Math.max(Math.abs(logError), Math.abs(logFactor) * Number.EPSILON);
  const digits = Math.min(3, Math.max(1, Math.floor(-Math.log10(error)) + 1));
  if (Math.abs(decades) < 3) {
    const plain = Math.exp(logFactor);
    return mantissa(plain, { power: 0, last: powerOf(plain, digits) - digits + 1 });
  }
  if (error < Math.LN2) {
    const power = Math.floor(decades);
    // Beyond a thousand a third digit helps nobody.
    const leading = (10 ** (decades - power)).toPrecision(Math.min(2, digits));
    const carried = Number(leading) >= 10;
    return `${carried ? "1" : leading}·10^${signed(String(carried ? power + 1 : power))}`;
  }
  // Not even the leading digit is known, and perhaps not all those of the power.
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(error / Math.LN10)));
  // A big integer is written without a power of its own.
  return `10^${signed(String(BigInt(Math.round(decades / unit)) * BigInt(unit)))}`;
}

/**
 * Formats a share as a percentage: 0.95 → `95 %`, 0.999 → `99.9 %`.
 *
 * @param digits the most that it has; of an estimate, those that its error deserves
 */
export function percent(share: number, digits = 6): string {
  return `${significant(100 * share, digits)} %`;
}

/** Replaces the hyphen of a negative number by a minus sign; a zero has none. */
function signed(text: string): string {
  return /[1-9]/.test(text) ? text.replace("-", MINUS) : text.replace("-", "");
}

function isNumber(value: Maybe): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isBelowRounding(value: number, error: number): boolean {
  return isZero(value, error) || !(Math.abs(error) > ROUNDING_SHARE * Math.abs(value));
}

/** True of what is zero but for rounding, such as the exponent of a network that does nothing. */
function isZero(value: number, error: number): boolean {
  return Math.abs(error) < ROUNDING_ERROR && Math.abs(value) < ROUNDING;
}

/** How numbers that belong together are written. */
interface Style {
  /** The power of ten by which all of them are divided; 0 for none. */
  readonly power: number;
  /** Power of ten of their last digit. */
  readonly last: number;
}

function styleOf(values: readonly number[], error: number): Style {
  const last = lastPlace(error);
  const size = Math.max(...values.map(Math.abs), Math.abs(error));
  const power = Math.max(powerOf(size, DIGITS), last + 1);
  return { power: isPlain(power) ? 0 : power, last };
}

/** Power of ten of the second significant digit of an error. */
function lastPlace(error: number): number {
  return powerOf(error, 2) - 1;
}

function isPlain(power: number): boolean {
  return power >= LEAST_PLAIN_POWER && power <= MOST_PLAIN_POWER;
}

/** Power of ten of the leading digit, once the number is rounded to so many digits. */
function powerOf(value: number, digits: number): number {
  return Number(value.toExponential(digits - 1).split("e")[1]);
}

/** The number in units of the style's power of ten, to the style's last place. */
function mantissa(value: number, { power, last }: Style): string {
  const decimals = power - last;
  const text = shifted(value, -power);
  if (decimals >= 0) return signed(text.toFixed(decimals));
  return signed(String(Math.round(shifted(text, decimals)) * 10 ** -decimals));
}

/** The number times 10^by, as precisely as it can be written. */
function shifted(value: number, by: number): number {
  const [digits, power] = value.toExponential().split("e");
  return Number(`${digits}e${Number(power) + by}`);
}

function powered({ power }: Style, text: string, brackets = ""): string {
  if (power === 0) return text;
  const [open = "", close = ""] = brackets;
  return `${open}${text}${close}·10^${signed(String(power))}`;
}
