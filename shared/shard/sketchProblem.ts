import type { Moments } from "../statistics/moments.ts";
import type { Observable } from "../statistics/observable.ts";
import {
  areAligned,
  MAXIMUM_BINS,
  MAXIMUM_INDEX,
  NARROWEST,
  type QuantileSketch,
} from "../statistics/quantileSketch.ts";
import type { CheckpointSums } from "../statistics/replicaSums.ts";

/** Relative rounding error allowed in sums of up to 65,536 powers. */
const ROUNDING = 1e-9;

/**
 * Says why a sketch cannot be that of a checkpoint's survivors; undefined if it can.
 *
 * @param alignedWidth the width that the bins are aligned to.
 * @param sketched the observable that is sketched.
 */
export function sketchProblem(
  { survivorCount, depth, quantileSketch, moments }: CheckpointSums,
  alignedWidth: number,
  sketched: Observable | undefined,
): string | undefined {
  // If bins are wide, all values may be in the two bins around zero.
  const limit = (sketched?.bound(depth) ?? 0) + quantileSketch.binWidth;
  if (!holdsSurvivors(quantileSketch, limit, survivorCount)) {
    return (
      `the quantile sketch does not hold the survivors: its bins must ascend, none of them may be ` +
      `empty, and their counts must add up to ${survivorCount}`
    );
  }
  if (!isWidthPossible(quantileSketch, alignedWidth)) {
    return (
      `the bins of the quantile sketch have the width ${quantileSketch.binWidth}, which is not the ` +
      `narrowest of ${alignedWidth} times a power of two, from 2^-32 on, at which at most ` +
      `${MAXIMUM_BINS} hold values`
    );
  }
  const slack = (survivorCount + 4) * Number.EPSILON * largestEdge(quantileSketch);
  if (!areExtremesPossible(quantileSketch, slack)) {
    return "the quantile sketch has other extremes than its bins";
  }
  const [first] = moments;
  if (first !== undefined && !couldHave(first, rangesOf(quantileSketch), slack)) {
    return `the moments of ${sketched?.name ?? "an observable"} are not those of its quantile sketch`;
  }
  return undefined;
}

/** True if the bins ascend, lie within the limit, and hold each survivor once. */
function holdsSurvivors(
  { binWidth, binIndexes, binCounts }: QuantileSketch,
  limit: number,
  survivorCount: number,
): boolean {
  return (
    binIndexes.length === binCounts.length &&
    binIndexes.every(
      (index, i) =>
        Number.isSafeInteger(index) &&
        Math.abs(index * binWidth) <= limit &&
        (i === 0 || index > (binIndexes[i - 1] ?? NaN)),
    ) &&
    binCounts.every((count) => Number.isSafeInteger(count) && count > 0) &&
    binCounts.reduce((sum, count) => sum + count, 0) === survivorCount
  );
}

/**
 * True if the bins can be the narrowest that are few enough. Too wide bins would widen those of all
 * that they are merged with.
 */
function isWidthPossible(sketch: QuantileSketch, alignedWidth: number): boolean {
  const { binWidth, binIndexes, binCounts, minimum, maximum } = sketch;
  const isEmpty = binCounts.length === 0;
  // Sketches without extremes were written before bins were suited to the values.
  if (minimum === undefined && (!isEmpty || binWidth === alignedWidth)) {
    return binWidth === alignedWidth;
  }
  if (!areAligned(binWidth, alignedWidth) || binIndexes.length > MAXIMUM_BINS) return false;
  const narrowest = alignedWidth * NARROWEST;
  if (binWidth <= narrowest || isEmpty) return binWidth === narrowest;
  // No more bins than this hold values at half the width.
  const halves = binCounts.reduce((sum, count) => sum + Math.min(2, count), 0);
  const reach = Math.max(Math.abs(minimum ?? NaN), Math.abs(maximum ?? NaN));
  return halves > MAXIMUM_BINS || reach / (binWidth / 2) >= MAXIMUM_INDEX;
}

/** True if the extremes lie in the outermost bins, to within `slack`. */
function areExtremesPossible(sketch: QuantileSketch, slack: number): boolean {
  const { binWidth, binIndexes, minimum, maximum } = sketch;
  const [first, last] = [binIndexes.at(0), binIndexes.at(-1)];
  if (minimum === undefined || maximum === undefined) return minimum === maximum;
  if (first === undefined || last === undefined) return false;
  // Comparisons with NaN are false.
  return (
    minimum <= maximum &&
    minimum >= first * binWidth - slack &&
    minimum <= (first + 1) * binWidth + slack &&
    maximum >= last * binWidth - slack &&
    maximum <= (last + 1) * binWidth + slack
  );
}

/** The largest absolute value that a sketch allows for. */
function largestEdge({ binWidth, binIndexes }: QuantileSketch): number {
  const [first = 0, last = 0] = [binIndexes.at(0), binIndexes.at(-1)];
  return Math.max(Math.abs(first * binWidth), Math.abs((last + 1) * binWidth));
}

/** Values of which no more is known than that they lie between two bounds. */
interface ValueRange {
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
}

/** What a sketch says of its values: where each bin's lie, and that the extremes are among them. */
function rangesOf(sketch: QuantileSketch): ValueRange[] {
  const { binWidth, binIndexes, binCounts, minimum = -Infinity, maximum = Infinity } = sketch;
  const counts = [...binCounts];
  const extremes: ValueRange[] = [];
  const take = (place: number, value: number) => {
    const left = counts.at(place) ?? 0;
    if (!Number.isFinite(value) || left === 0) return;
    counts[place === 0 ? 0 : counts.length - 1] = left - 1;
    extremes.push({ lower: value, upper: value, count: 1 });
  };
  take(0, minimum);
  take(-1, maximum);
  const bins = binIndexes.map((index, i) => ({
    lower: Math.max(index * binWidth, minimum),
    upper: Math.min((index + 1) * binWidth, maximum),
    count: counts[i] ?? 0,
  }));
  return [...extremes, ...bins];
}

/**
 * True if values in these ranges can have these moments. The ranges are widened by `slack`, which
 * is what rounding can do to a mean, and to a value at the edge of a bin; sums of powers may be off
 * by `ROUNDING` besides.
 */
function couldHave({ mean, m2, m3, m4 }: Moments, ranges: ValueRange[], slack: number): boolean {
  // Least and greatest sums of the first four powers of deviations from the mean.
  const least = [0, 0, 0, 0];
  const greatest = [0, 0, 0, 0];
  let cubes = 0;
  const add = (power: number, low: number, high: number) => {
    least[power - 1] = (least[power - 1] ?? 0) + low;
    greatest[power - 1] = (greatest[power - 1] ?? 0) + high;
  };
  for (const { lower, upper, count } of ranges) {
    const low = lower - slack - mean;
    const high = upper + slack - mean;
    const nearest = low > 0 ? low : high < 0 ? -high : 0;
    const farthest = Math.max(-low, high);
    add(1, count * low, count * high);
    add(2, count * nearest ** 2, count * farthest ** 2);
    add(3, count * low ** 3, count * high ** 3);
    add(4, count * nearest ** 4, count * farthest ** 4);
    cubes += count * farthest ** 3;
  }
  // Powers of tiny deviations lose digits.
  const underflow = ranges.reduce((sum, { count }) => sum + count, 0) * 2 ** -1022;
  const isBetween = (power: number, value: number, error: number) =>
    (least[power - 1] ?? NaN) - error <= value && value <= (greatest[power - 1] ?? NaN) + error;
  return (
    isBetween(1, 0, 0) &&
    isBetween(2, m2, ROUNDING * m2 + underflow) &&
    isBetween(3, m3, ROUNDING * cubes + underflow) &&
    isBetween(4, m4, ROUNDING * m4 + underflow)
  );
}
