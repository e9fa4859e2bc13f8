import { hash } from "node:crypto";

import type { QuantileSketch } from "./quantileSketch.ts";
import type { ShardPartial } from "./replicaSums.ts";

/** Buffer in which a partial's bits are laid out for hashing; it grows to the largest so far. */
let numbers = new Float64Array(1024);

/**
 * The SHA-256 digest of a partial's bits, in base64. Two partials have equal digests exactly if
 * they are equal, however they were serialized. What they say of their devices is not looked at.
 */
export function partialDigest(partial: ShardPartial): string {
  const { backend, generator, observables } = partial;
  const names = JSON.stringify([backend, generator, observables]);
  // No character takes more than three bytes.
  const needed = largestCount(partial) + Math.ceil((3 * names.length) / numbers.BYTES_PER_ELEMENT);
  if (numbers.length < needed) numbers = new Float64Array(2 * needed);
  const count = layOut(partial, numbers);
  const bytes = Buffer.from(numbers.buffer);
  const numberBytes = count * numbers.BYTES_PER_ELEMENT;
  const nameBytes = bytes.write(names, numberBytes);
  return hash("sha256", bytes.subarray(0, numberBytes + nameBytes), "base64");
}

/**
 * Writes all numbers of a partial, and returns how many. Lists begin with their lengths, so that
 * they cannot merge.
 */
function layOut(
  { firstReplica, replicaCount, checkpoints, champion }: ShardPartial,
  into: Float64Array,
): number {
  let end = 0;
  into[end++] = firstReplica;
  into[end++] = replicaCount;
  into[end++] = checkpoints.length;
  for (const sums of checkpoints) {
    into[end++] = sums.depth;
    into[end++] = sums.survivorCount;
    into[end++] = sums.extinctCount;
    into[end++] = sums.moments.length;
    for (const { mean, m2, m3, m4 } of sums.moments) {
      into[end++] = mean;
      into[end++] = m2;
      into[end++] = m3;
      into[end++] = m4;
    }
    end = layOutSketch(sums.quantileSketch, sums.coMoments, into, end);
    if (sums.furtherSketches === undefined) continue;
    // No depth is infinite, which announces further sketches: partials without them keep the digests
    // that ledgers have of them.
    into[end++] = Infinity;
    into[end++] = sums.furtherSketches.length;
    for (const sketch of sums.furtherSketches) end = layOutSketch(sketch, [], into, end);
  }
  if (champion !== undefined) {
    // No depth is infinite: partials without a champion keep their digests, too.
    into[end++] = -Infinity;
    into[end++] = champion.replica;
    into[end++] = champion.values.length;
    for (const value of champion.values) into[end++] = value;
  }
  return end;
}

/** Writes a sketch, and the co-moments between its width and its bins; returns where they end. */
function layOutSketch(
  { binWidth, binIndexes, binCounts, minimum, maximum }: QuantileSketch,
  coMoments: readonly number[],
  into: Float64Array,
  start: number,
): number {
  let end = start;
  // Ledgers have digests of sketches from before there were extremes, so that those stay as they
  // are. No width is NaN, which announces extremes.
  if (minimum !== undefined || maximum !== undefined) {
    into[end++] = NaN;
    into[end++] = minimum ?? NaN;
    into[end++] = maximum ?? NaN;
  }
  into[end++] = binWidth;
  for (const list of [coMoments, binIndexes, binCounts]) {
    into[end++] = list.length;
    for (const number of list) into[end++] = number;
  }
  return end;
}

/** The most numbers that `layOut` writes. */
function largestCount({ checkpoints, champion }: ShardPartial): number {
  let count = 6 + (champion?.values.length ?? 0);
  for (const { moments, coMoments, quantileSketch, furtherSketches = [] } of checkpoints) {
    count += 6 + 4 * moments.length + coMoments.length;
    for (const { binIndexes, binCounts } of [quantileSketch, ...furtherSketches]) {
      count += 7 + binIndexes.length + binCounts.length;
    }
  }
  return count;
}
