/**
 * A histogram with bins of one width. The run's specification fixes the width before the first
 * replica is propagated, so that sketches add up exactly, in any order, and a quantile is known to
 * within a bin. Bin i holds the values in [i, i+1) · binWidth. Empty bins are left out.
 */
export interface QuantileSketch {
  readonly binWidth: number;
  /** Indexes of the bins that hold values, ascending. */
  readonly binIndexes: readonly number[];
  readonly binCounts: readonly number[];
}

/** Makes a sketch of finite values. */
export function sketchOf(values: Float64Array, binWidth: number): QuantileSketch {
  const counts = new Map<number, number>();
  for (const value of values) {
    const index = Math.floor(value / binWidth);
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  const bins = [...counts].toSorted(([a], [b]) => a - b);
  return {
    binWidth,
    binIndexes: bins.map(([index]) => index),
    binCounts: bins.map(([, count]) => count),
  };
}

/** Adds two sketches in one pass, since a coordinator does so for each checkpoint of each shard. */
export function mergeSketches(a: QuantileSketch, b: QuantileSketch): QuantileSketch {
  if (a.binWidth !== b.binWidth) {
    throw new RangeError(`sketches of bin widths ${a.binWidth} and ${b.binWidth} cannot be merged`);
  }
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

/** Doubles the width of a sketch's bins until there are at most `maximumBins`. */
export function coarsenedSketch(sketch: QuantileSketch, maximumBins: number): QuantileSketch {
  let coarse = sketch;
  while (coarse.binIndexes.length > maximumBins) {
    const counts = new Map<number, number>();
    for (const [i, index] of coarse.binIndexes.entries()) {
      const half = Math.floor(index / 2);
      counts.set(half, (counts.get(half) ?? 0) + (coarse.binCounts[i] as number));
    }
    coarse = {
      binWidth: 2 * coarse.binWidth,
      binIndexes: [...counts.keys()],
      binCounts: [...counts.values()],
    };
  }
  return coarse;
}

/**
 * The value below which a share `probability` of the values lies, interpolated within its bin;
 * undefined for an empty sketch.
 */
export function sketchQuantile(sketch: QuantileSketch, probability: number): number | undefined {
  const total = sketch.binCounts.reduce((sum, count) => sum + count, 0);
  const rank = probability * total;
  let below = 0;
  for (const [i, count] of sketch.binCounts.entries()) {
    if (below + count >= rank) {
      const within = (rank - below) / count;
      return ((sketch.binIndexes[i] as number) + within) * sketch.binWidth;
    }
    below += count;
  }
  return undefined;
}
