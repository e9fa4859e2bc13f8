/** Maps values to places on a line, and says which values deserve a mark. */
export interface Scale {
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

/** A linear scale, marked at round values. `from` and `to` are the places of `low` and `high`. */
export function linearScale(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
  tickCount: number,
): Scale {
  const span = high > low ? high - low : Math.abs(high) || 1;
  const start = high > low ? low : low - span / 2;
  const step = niceStep(span / tickCount);
  const first = Math.ceil(start / step - 1e-9);
  const last = Math.floor((start + span) / step + 1e-9);
  return {
    place: (value) => from + ((value - start) / span) * (to - from),
    ticks: Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step),
  };
}

/** A scale for positive values, marked at powers of the base. */
export function logarithmicScale(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
  base: number,
  tickCount: number,
): Scale {
  const log = (value: number) => Math.log(value) / Math.log(base);
  const [start, end] = [log(low), high > low ? log(high) : log(low) + 1];
  const first = Math.ceil(start - 1e-9);
  const powers = Math.floor(end + 1e-9) - first + 1;
  const stride = Math.max(1, Math.ceil(powers / tickCount));
  return {
    place: (value) => from + ((log(value) - start) / (end - start)) * (to - from),
    ticks: Array.from({ length: Math.max(0, Math.ceil(powers / stride)) }, (_, i) =>
      powerOf(base, first + i * stride),
    ),
  };
}

/** A power of the base; below 1 it is no integer. */
function powerOf(base: number, exponent: number): number {
  return exponent < 0 ? 1 / Math.round(base ** -exponent) : Math.round(base ** exponent);
}

/** A step near `rough` that is 1, 2 or 5 times a power of ten. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const digit = rough / power;
  return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
}
