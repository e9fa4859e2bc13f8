import { hash } from "node:crypto";

import type { ShardPartial } from "./replicaSums.ts";

/**
 * Of a partial's bits: SHA-256, in base64. Two partials have equal digests exactly if they are
 * equal, however they were serialized.
 */
export function partialDigest(partial: ShardPartial): string {
  const { backend, generator, observables } = partial;
  const names = Buffer.from(JSON.stringify([backend, generator, observables]));
  const numbers = new Uint8Array(new Float64Array(numbersOf(partial)).buffer);
  return hash("sha256", Buffer.concat([names, numbers]), "base64");
}

/** Every number in a partial; lists begin with their lengths, so that none runs into the next. */
function numbersOf({ firstReplica, replicaCount, checkpoints }: ShardPartial): number[] {
  const numbers = [firstReplica, replicaCount, checkpoints.length];
  const addList = (list: readonly number[]) => {
    numbers.push(list.length);
    for (const number of list) numbers.push(number);
  };
  for (const sums of checkpoints) {
    const { depth, survivorCount, extinctCount, moments, coMoments, quantileSketch } = sums;
    numbers.push(depth, survivorCount, extinctCount, moments.length);
    for (const { mean, m2, m3, m4 } of moments) numbers.push(mean, m2, m3, m4);
    addList(coMoments);
    numbers.push(quantileSketch.binWidth);
    addList(quantileSketch.binIndexes);
    addList(quantileSketch.binCounts);
  }
  return numbers;
}
