import type { Moments } from "../statistics/moments.ts";
import { furtherSketched, keptObservables, type Observable } from "../statistics/observable.ts";
import { pairs, type CheckpointSums, type ShardPartial } from "../statistics/replicaSums.ts";
import { clipped, textProblem } from "../specification/violations.ts";
import { championProblem } from "./championProblem.ts";
import type { PartialShape } from "./partialShape.ts";
import { sketchProblem } from "./sketchProblem.ts";

export const MAXIMUM_GENERATOR_LENGTH = 100;
/** Most characters of what a device or its driver is called. */
export const MAXIMUM_DEVICE_LENGTH = 200;

/** Most characters of a worker's text that are repeated to people. */
const MAXIMUM_QUOTE_LENGTH = 100;

/** Relative rounding error allowed in sums of up to 65,536 powers. */
const ROUNDING = 1e-9;

/** Smallest number with all its digits: what is below has lost some, or all. */
const UNDERFLOW = 2 ** -1022;

/** The replicas of a shard. */
interface ReplicaRange {
  readonly firstReplica: number;
  readonly replicaCount: number;
}

/**
 * Says in a sentence why a partial cannot be the answer to a shard; undefined if it can. A partial
 * that passes can still be wrong; one that fails was never computed correctly.
 */
export function partialProblem(
  shape: PartialShape,
  shard: ReplicaRange,
  partial: ShardPartial,
): string | undefined {
  if (partial.backend !== shape.backend) {
    const backend = clipped(partial.backend, MAXIMUM_QUOTE_LENGTH);
    return `it was computed by ${backend}, not by ${shape.backend}`;
  }
  const { generator } = partial;
  if (generator === "" || textProblem(generator, MAXIMUM_GENERATOR_LENGTH) !== undefined) {
    return `its generator is '${clipped(generator, MAXIMUM_QUOTE_LENGTH)}'`;
  }
  const { device = "", driver = "", recomputedReplicaCount = 0 } = partial;
  for (const [what, text] of Object.entries({ device, driver })) {
    if (textProblem(text, MAXIMUM_DEVICE_LENGTH) !== undefined) {
      return `its ${what} is '${clipped(text, MAXIMUM_QUOTE_LENGTH)}'`;
    }
  }
  if (recomputedReplicaCount > partial.replicaCount) {
    return `it says that ${recomputedReplicaCount} of its replicas were computed anew`;
  }
  if (partial.firstReplica !== shard.firstReplica || partial.replicaCount !== shard.replicaCount) {
    return (
      `it holds ${partial.replicaCount} replicas from ${partial.firstReplica} on, ` +
      `not ${shard.replicaCount} from ${shard.firstReplica} on`
    );
  }
  const depths = partial.checkpoints.map(({ depth }) => depth);
  if (!areEqual(depths, shape.depths)) {
    return `its checkpoint depths are ${clipped(depths.join(", "), MAXIMUM_QUOTE_LENGTH)}`;
  }
  const names = shape.observables.map(({ name }) => name);
  if (!areEqual(partial.observables, names)) {
    return `its observables are ${clipped(partial.observables.join(", "), MAXIMUM_QUOTE_LENGTH)}`;
  }
  for (const [i, sums] of partial.checkpoints.entries()) {
    const where = `at depth ${sums.depth}`;
    if (sums.survivorCount + sums.extinctCount !== shard.replicaCount || sums.extinctCount < 0) {
      return `${where} survivors and extinct replicas do not add up`;
    }
    if (sums.extinctCount < (partial.checkpoints[i - 1]?.extinctCount ?? 0)) {
      return `${where} fewer replicas are extinct than before it`;
    }
    const isLast = i === partial.checkpoints.length - 1;
    const kept = keptObservables(shape.observables, isLast);
    const pairsKept = pairs(isLast ? kept.length : 0);
    if (sums.moments.length !== kept.length || sums.coMoments.length !== pairsKept.length) {
      return (
        `${where} it has ${sums.moments.length} moments and ${sums.coMoments.length} co-moments, ` +
        `not ${kept.length} and ${pairsKept.length}`
      );
    }
    const impossible = kept.find(
      (observable, place) => !areMomentsPossible(sums.moments[place], sums, observable),
    );
    if (impossible !== undefined) {
      return `${where} the moments of ${impossible.name} are not those of so many layers`;
    }
    const isPossiblePair = ([first, second]: readonly [number, number], pair: number) =>
      isCoMomentPossible(sums.coMoments[pair], sums.moments[first], sums.moments[second]);
    if (!pairsKept.every(isPossiblePair)) {
      return `${where} its co-moments are larger than its moments allow`;
    }
    const binWidth = shape.sketchBinWidths[i] ?? NaN;
    const sketched =
      sketchProblem(sums, binWidth, shape.observables[0]) ??
      furtherSketchProblem(sums, binWidth, kept);
    if (sketched !== undefined) return `${where} ${sketched}`;
  }
  return championProblem(shape, shard, partial);
}

/** Says why the sketches of observables beside the first cannot be right; undefined if they can. */
function furtherSketchProblem(
  sums: CheckpointSums,
  binWidth: number,
  kept: readonly Observable[],
): string | undefined {
  const { furtherSketches = [], moments } = sums;
  const places = furtherSketched(kept);
  if (furtherSketches.length !== places.length) {
    return `it has ${furtherSketches.length} further sketches, not ${places.length}`;
  }
  for (const [i, quantileSketch] of furtherSketches.entries()) {
    const place = places[i] ?? NaN;
    const own = { ...sums, quantileSketch, moments: moments.slice(place, place + 1) };
    const problem = sketchProblem(own, binWidth, kept[place]);
    if (problem !== undefined) return `in the sketch of ${kept[place]?.name}: ${problem}`;
  }
  return undefined;
}

function areEqual<T>(list: readonly T[], other: readonly T[]): boolean {
  return list.length === other.length && list.every((item, i) => item === other[i]);
}

/** True if the moments are within bounds, which also keep every fold finite. */
function areMomentsPossible(
  moments: Moments | undefined,
  { survivorCount, depth }: CheckpointSums,
  { bound }: Observable,
): boolean {
  if (moments === undefined) return false;
  const { mean, m2, m3, m4 } = moments;
  // Without values all moments are 0, and a single value does not deviate from itself.
  const limit = survivorCount > 0 ? bound(depth) : 0;
  const deviation = survivorCount > 1 ? 2 * limit : 0;
  // Comparisons with NaN are false.
  return (
    Math.abs(mean) <= limit &&
    m2 >= 0 &&
    m2 <= survivorCount * deviation ** 2 &&
    Math.abs(m3) <= survivorCount * deviation ** 3 &&
    m4 >= 0 &&
    m4 <= survivorCount * deviation ** 4 &&
    // The Cauchy–Schwarz inequality holds around the true mean and around a rounded one. It bounds
    // the fourth moment from below by the square of the second, and the third by the second and
    // fourth. Also, a sum of squares of squares is never above the square of their sum.
    m4 <= m2 * m2 * (1 + ROUNDING) + UNDERFLOW &&
    m2 * m2 <= survivorCount * (m4 * (1 + ROUNDING) + UNDERFLOW) &&
    m3 * m3 <= m2 * m4 * (1 + ROUNDING) + UNDERFLOW
  );
}

/** True if the co-moment obeys the Cauchy–Schwarz inequality, (Σ ab)² ≤ Σ a² Σ b². */
function isCoMomentPossible(
  coMoment: number | undefined,
  first: Moments | undefined,
  second: Moments | undefined,
): boolean {
  if (coMoment === undefined || first === undefined || second === undefined) return false;
  return coMoment * coMoment <= first.m2 * second.m2 * (1 + ROUNDING);
}
