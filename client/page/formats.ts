const MINUS = "−";
const LARGEST_DECIMALS = 9;

/** Replaces the hyphen of a negative number by a true minus sign. */
export function signed(text: string): string {
  return text.replace("-", MINUS);
}

/** Writes a value with the decimals that show two digits of its uncertainty. */
export function withError(value: number, error: number): string {
  return signed(value.toFixed(decimalsFor(error)));
}

/** The number of decimals that shows two digits of an uncertainty. */
export function decimalsFor(error: number): number {
  if (!(error > 0)) return 6;
  return Math.min(LARGEST_DECIMALS, Math.max(0, 1 - Math.floor(Math.log10(error))));
}

/** Writes a value with `digits` significant digits at most, without needless zeros. */
export function short(value: number, digits = 4): string {
  return signed(String(Number(value.toPrecision(digits))));
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Writes what a norm is multiplied by, e^growth: ×0.25, ×4·10⁻⁹. */
export function times(growth: number): string {
  const exponent = growth / Math.LN10;
  if (Math.abs(exponent) < 3) return `×${short(Math.exp(growth), 2)}`;
  const whole = Math.floor(exponent);
  const digit = Math.round(10 ** (exponent - whole));
  return digit === 10 ? `×1·10${raised(whole + 1)}` : `×${digit}·10${raised(whole)}`;
}

/** An integer as an exponent. */
function raised(exponent: number): string {
  const digits = Array.from(String(Math.abs(exponent)), (digit) => SUPERSCRIPTS[Number(digit)]);
  return `${exponent < 0 ? "⁻" : ""}${digits.join("")}`;
}

/** 65536 → 65,536. */
export function count(value: number | string): string {
  return Number(value).toLocaleString("en");
}

/** 1 shard, 2 shards. */
export function counted(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** 1234567 → 1.23M: for numbers that change too fast to be read. */
export function rough(value: number): string {
  return Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 }).format(
    value,
  );
}

/** 3725 → 1 h 2 min. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}
