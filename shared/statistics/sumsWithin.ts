import { areChampionsWithin } from "./champion.ts";
import type { Moments } from "./moments.ts";
import type { QuantileSketch } from "./quantileSketch.ts";
import type { CheckpointSums, ReplicaSums } from "./replicaSums.ts";

/** How far an observable of one replica may be apart in two sums, by the checkpoint's depth. */
export type Tolerance = (depth: number) => number;

/** Relative rounding error of sums over up to 65,536 replicas. */
const ROUNDING = 1e-9;

/**
 * True if two sums can be over the same replicas, each observed twice with no two observations
 * further apart than the tolerance. The same replicas must have survived. The bounds follow from
 * Minkowski's inequality; docs/statistics.md derives them. Co-moments are not compared.
 */
export function areWithin(sums: ReplicaSums, other: ReplicaSums, tolerance: Tolerance): boolean {
  const depth = sums.checkpoints.at(-1)?.depth ?? 0;
  return (
    sums.replicaCount === other.replicaCount &&
    sums.checkpoints.length === other.checkpoints.length &&
    sums.checkpoints.every((checkpoint, i) => {
      const twin = other.checkpoints[i];
      return twin !== undefined && areCheckpointsWithin(checkpoint, twin, tolerance);
    }) &&
    areChampionsWithin(sums.champion, other.champion, tolerance(depth))
  );
}

function areCheckpointsWithin(
  sums: CheckpointSums,
  other: CheckpointSums,
  tolerance: Tolerance,
): boolean {
  const { depth, survivorCount, extinctCount, moments } = sums;
  if (depth !== other.depth || survivorCount !== other.survivorCount) return false;
  if (extinctCount !== other.extinctCount || moments.length !== other.moments.length) return false;
  const delta = tolerance(depth);
  return (
    moments.every((of, i) => {
      const twin = other.moments[i];
      return twin !== undefined && areMomentsWithin(of, twin, survivorCount, delta);
    }) && areAllSketchesWithin(sums, other, delta)
  );
}

function areAllSketchesWithin(sums: CheckpointSums, other: CheckpointSums, delta: number): boolean {
  const twins = sketchesOf(other);
  const sketches = sketchesOf(sums);
  return (
    sketches.length === twins.length &&
    sketches.every((sketch, i) => {
      const twin = twins[i];
      return twin !== undefined && areSketchesWithin(sketch, twin, delta);
    })
  );
}

function sketchesOf({ quantileSketch, furtherSketches = [] }: CheckpointSums): QuantileSketch[] {
  return [quantileSketch, ...furtherSketches];
}

/**
 * With a and b the deviations from the two means: the means differ by at most δ, and a − b is at most
 * 2δ in each replica and δ√n in its root of squares, since taking the mean off makes that no larger.
 */
function areMomentsWithin(one: Moments, other: Moments, count: number, delta: number): boolean {
  const near = (a: number, b: number, allowed: number) =>
    Math.abs(a - b) <= allowed + ROUNDING * Math.max(Math.abs(a), Math.abs(b));
  const second = Math.sqrt(one.m2 * other.m2);
  return (
    near(one.mean, other.mean, delta) &&
    near(Math.sqrt(one.m2), Math.sqrt(other.m2), delta * Math.sqrt(count)) &&
    // Σa³ − Σb³ = Σ (a − b)(a² + ab + b²).
    near(one.m3, other.m3, 2 * delta * (one.m2 + second + other.m2) * (1 + ROUNDING)) &&
    near(one.m4 ** 0.25, other.m4 ** 0.25, 2 * delta * count ** 0.25)
  );
}

/**
 * True if values of the one sketch that move by at most δ can be the other's: the extremes move by
 * at most δ, and what lies below an edge stays below the edge moved up by δ.
 */
function areSketchesWithin(one: QuantileSketch, other: QuantileSketch, delta: number): boolean {
  const isNear = (a: number | undefined, b: number | undefined) =>
    a === undefined || b === undefined || Math.abs(a - b) <= delta + ROUNDING * Math.abs(a);
  return (
    isNear(one.minimum, other.minimum) &&
    isNear(one.maximum, other.maximum) &&
    isBelowKept(one, other, delta) &&
    isBelowKept(other, one, delta)
  );
}

/** True if below each bin's upper edge, moved up by δ, the other sketch may have as many values. */
function isBelowKept(from: QuantileSketch, to: QuantileSketch, delta: number): boolean {
  let below = 0;
  let mayBeBelow = 0;
  let next = 0;
  for (const [i, index] of from.binIndexes.entries()) {
    below += from.binCounts[i] ?? 0;
    const edge = (index + 1) * from.binWidth;
    const moved = edge + delta + ROUNDING * Math.abs(edge);
    // A value of a bin that begins above the moved edge cannot be below it.
    while (next < to.binIndexes.length && (to.binIndexes[next] ?? 0) * to.binWidth <= moved) {
      mayBeBelow += to.binCounts[next] ?? 0;
      next += 1;
    }
    if (mayBeBelow < below) return false;
  }
  return true;
}
