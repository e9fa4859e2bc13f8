/** Most bins that a sketch has. */
export const MAXIMUM_BINS = 128;
/** Most bins, counted from zero, between zero and any value; all fit into a double exactly. */
export const MAXIMUM_INDEX = 2 ** 40;
/** The narrowest bins, as a share of the width that bins are aligned to. */
export const NARROWEST = 2 ** -32;

/**
 * A histogram with bins of one width, which suits the values that it holds, and their extremes.
 * Bin i holds the values in [i, i+1) · binWidth. Empty bins are left out.
 *
 * The width is a power of two times a width that all sketches of a kind are aligned to, so that two
 * neighbouring bins join exactly into one of twice the width. It is the narrowest, from `NARROWEST`
 * on, at which no more than `MAXIMUM_BINS` bins hold values. That depends on the values only, and
 * never grows finer with more of them. So the sketch of a union of sets is a function of the sets'
 * sketches, and is the same in every grouping and order, bit for bit.
 */
export interface QuantileSketch {
  readonly binWidth: number;
  /** Indexes of the bins that hold values, ascending. */
  readonly binIndexes: readonly number[];
  readonly binCounts: readonly number[];
  /**
   * The smallest value. It is missing without values, and in sketches of versions before 0.2.0,
   * whose bins have the width that sketches are aligned to.
   */
  readonly minimum?: number;
  /** The largest value; missing like `minimum`. */
  readonly maximum?: number;
}

type Bins = Pick<QuantileSketch, "binWidth" | "binIndexes" | "binCounts">;

/**
 * Makes a sketch of finite values.
 *
 * @param alignedWidth the width that the bins are aligned to: positive, and equal for all sketches
 * that are to be merged.
 */
export function sketchOf(values: Float64Array, alignedWidth: number): QuantileSketch {
  const counter = new BinCounter(alignedWidth * NARROWEST);
  if (values.length === 0) return counter.bins();
  const [minimum, maximum] = [smallest(values), largest(values)];
  // The first values tell about how wide the bins will be, so that the others can be counted in an
  // array, which is much faster than a map.
  for (const value of values.subarray(0, FIRST_VALUES)) counter.add(value);
  const others = values.subarray(FIRST_VALUES);
  counter.reach(minimum);
  counter.reach(maximum);
  const { width } = counter;
  const lowest = Math.floor(minimum / width);
  const span = Math.floor(maximum / width) - lowest + 1;
  if (others.length === 0 || span > MAXIMUM_SPAN) {
    for (const value of others) counter.add(value);
  } else {
    const counts = new Uint32Array(span);
    countByBins(others, width, lowest, counts);
    counter.addBins(lowest, counts);
  }
  return { ...counter.bins(), ...extremesOf(minimum, maximum) };
}

/** Values that go into the bins one by one. */
const FIRST_VALUES = 512;
/** Most bins, empty ones included, that are counted in an array. */
const MAXIMUM_SPAN = 65_536;

/** Counts values by bins that widen as values come. */
class BinCounter {
  #width: number;
  #counts = new Map<number, number>();

  constructor(width: number) {
    this.#width = width;
  }

  /** The width so far. */
  get width(): number {
    return this.#width;
  }

  /** Widens the bins until a value is within the largest index. */
  reach(value: number): void {
    while (Math.abs(Math.floor(value / this.#width)) > MAXIMUM_INDEX) this.#widen();
  }

  add(value: number): void {
    this.reach(value);
    this.#put(Math.floor(value / this.#width), 1);
    this.#fit();
  }

  /** Adds counts of the present width, from a bin on. */
  addBins(lowest: number, counts: Uint32Array): void {
    for (const [i, number] of counts.entries()) if (number > 0) this.#put(lowest + i, number);
    this.#fit();
  }

  bins(): Bins {
    const bins = [...this.#counts].toSorted(([a], [b]) => a - b);
    return {
      binWidth: this.#width,
      binIndexes: bins.map(([index]) => index),
      binCounts: bins.map(([, number]) => number),
    };
  }

  #put(index: number, number: number): void {
    this.#counts.set(index, (this.#counts.get(index) ?? 0) + number);
  }

  #fit(): void {
    while (this.#counts.size > MAXIMUM_BINS) this.#widen();
  }

  #widen(): void {
    const before = this.#counts;
    this.#counts = new Map();
    this.#width *= 2;
    for (const [index, number] of before) this.#put(Math.floor(index / 2), number);
  }
}

/** Counts values by bins of one width, from a bin on. */
function countByBins(
  values: Float64Array,
  width: number,
  lowest: number,
  counts: Uint32Array,
): void {
  for (const value of values) {
    const place = Math.floor(value / width) - lowest;
    counts[place] = (counts[place] as number) + 1;
  }
}

// Loops over values stay in functions that create no objects; see `momentsOf` for why.
function smallest(values: Float64Array): number {
  let minimum = Infinity;
  for (const value of values) if (value < minimum) minimum = value;
  return minimum;
}

function largest(values: Float64Array): number {
  let maximum = -Infinity;
  for (const value of values) if (value > maximum) maximum = value;
  return maximum;
}

/** The extremes as fields. A zero loses its sign, which would depend on the order of values. */
function extremesOf(minimum: number, maximum: number): { minimum: number; maximum: number } {
  return { minimum: minimum + 0, maximum: maximum + 0 };
}

/**
 * Merges two sketches in passes over their bins, since a coordinator does so for each checkpoint of
 * each shard.
 *
 * @throws RangeError if the widths are not aligned to each other
 */
export function mergeSketches(a: QuantileSketch, b: QuantileSketch): QuantileSketch {
  if (!areAligned(a.binWidth, b.binWidth)) {
    throw new RangeError(`sketches of bin widths ${a.binWidth} and ${b.binWidth} cannot be merged`);
  }
  const width = Math.max(a.binWidth, b.binWidth);
  let merged = added(joined(a, width / a.binWidth), joined(b, width / b.binWidth));
  while (merged.binIndexes.length > MAXIMUM_BINS) merged = joined(merged, 2);
  return { ...merged, ...mergedExtremes(a, b) };
}

/** True if one width is a power of two times the other. */
export function areAligned(width: number, other: number): boolean {
  const ratio = width / other;
  return ratio > 0 && ratio < Infinity && ratio === 2 ** Math.round(Math.log2(ratio));
}

/** The extremes of a union; none if they are unknown on either side. */
function mergedExtremes(a: QuantileSketch, b: QuantileSketch): Partial<QuantileSketch> {
  if (a.binIndexes.length === 0) return knownExtremes(b);
  if (b.binIndexes.length === 0) return knownExtremes(a);
  const [low, high] = [knownExtremes(a), knownExtremes(b)];
  if (!("minimum" in low) || !("minimum" in high)) return {};
  return extremesOf(Math.min(low.minimum, high.minimum), Math.max(low.maximum, high.maximum));
}

function knownExtremes({
  minimum,
  maximum,
}: QuantileSketch): { minimum: number; maximum: number } | Record<string, never> {
  return minimum === undefined || maximum === undefined ? {} : { minimum, maximum };
}

/** Adds the counts of bins of equal width. */
function added(a: Bins, b: Bins): Bins {
  const binIndexes: number[] = [];
  const binCounts: number[] = [];
  let [i, j] = [0, 0];
  while (i < a.binIndexes.length || j < b.binIndexes.length) {
    const indexA = a.binIndexes[i] ?? Infinity;
    const indexB = b.binIndexes[j] ?? Infinity;
    let count = 0;
    if (indexA <= indexB) count += a.binCounts[i++] as number;
    if (indexB <= indexA) count += b.binCounts[j++] as number;
    binIndexes.push(Math.min(indexA, indexB));
    binCounts.push(count);
  }
  return { binWidth: a.binWidth, binIndexes, binCounts };
}

/** Joins bins into bins `factor` times as wide. */
function joined({ binWidth, binIndexes, binCounts }: Bins, factor: number): Bins {
  if (factor === 1) return { binWidth, binIndexes, binCounts };
  const indexes: number[] = [];
  const counts: number[] = [];
  for (const [i, narrow] of binIndexes.entries()) {
    const index = Math.floor(narrow / factor);
    const count = binCounts[i] as number;
    if (index === indexes.at(-1)) counts[counts.length - 1] = (counts.at(-1) ?? 0) + count;
    else {
      indexes.push(index);
      counts.push(count);
    }
  }
  return { binWidth: factor * binWidth, binIndexes: indexes, binCounts: counts };
}

/**
 * A sketch for people to look at: doubles the width of the bins until they are at least as wide as
 * `leastWidth`, and until at most `maximumBins` hold values.
 */
export function coarsenedSketch(
  sketch: QuantileSketch,
  maximumBins: number,
  leastWidth = 0,
): QuantileSketch {
  let coarse: Bins = sketch;
  while (coarse.binIndexes.length > maximumBins || coarse.binWidth < leastWidth) {
    coarse = joined(coarse, 2);
  }
  return { ...coarse, ...knownExtremes(sketch) };
}

/**
 * The value below which a share `probability` of the values lies, to within the width of a bin; it
 * is interpolated within its bin, and never leaves the range of the values. Undefined for an empty
 * sketch.
 */
export function sketchQuantile(sketch: QuantileSketch, probability: number): number | undefined {
  const { binWidth, binIndexes, binCounts, minimum = -Infinity, maximum = Infinity } = sketch;
  const total = binCounts.reduce((sum, count) => sum + count, 0);
  const rank = probability * total;
  let below = 0;
  for (const [i, count] of binCounts.entries()) {
    if (below + count >= rank) {
      const index = binIndexes[i] as number;
      const within = (rank - below) / count;
      const lower = index * binWidth;
      const upper = (index + 1) * binWidth;
      if (lower >= minimum && upper <= maximum) return (index + within) * binWidth;
      const [from, to] = [Math.max(lower, minimum), Math.min(upper, maximum)];
      return Math.min(Math.max(from + within * (to - from), minimum), maximum);
    }
    below += count;
  }
  return undefined;
}
