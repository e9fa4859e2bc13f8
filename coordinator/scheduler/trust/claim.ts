import type { ReplicaSums } from "../../../shared/statistics/replicaSums.ts";
import { areWithin, type Tolerance } from "../../../shared/statistics/sumsWithin.ts";
import { isOfCommonStream } from "../../../shared/random/stream.ts";

/** What was said of a shard, as far as it is kept to be compared. */
export interface Claim {
  /** Digest of the partial's bits; equal bits have equal digests. */
  readonly digest: string;
  /** What computed it; absent where only the digest is known. */
  readonly generator?: string | undefined;
  /** Absent where the claim is of the shard as it is now. */
  readonly replicaCount?: number | undefined;
  /** The sums, where another generator's may have to be compared with them. */
  readonly sums?: ReplicaSums | undefined;
}

/** How two claims stand to each other. Incomparable ones say nothing of each other. */
export type Comparison = "agree" | "contradict" | "incomparable";

/** Compares two claims about a shard. */
export type Compare = (claim: Claim, other: Claim) => Comparison;

/**
 * Compares two claims about a shard. Those of one generator must be equal bit for bit. Those of two
 * generators that draw the same stream, and so the same replicas, must be equal within the
 * tolerance. Claims of different streams cannot be compared, nor can those of which too little is
 * known.
 *
 * @param tolerance for runs that several generators compute; the claims of others are of one.
 */
export function compareClaims(claim: Claim, other: Claim, tolerance?: Tolerance): Comparison {
  const { digest, generator, replicaCount, sums } = claim;
  const isOfOtherSize =
    replicaCount !== undefined &&
    other.replicaCount !== undefined &&
    replicaCount !== other.replicaCount;
  if (isOfOtherSize) return "incomparable";
  if (digest === other.digest) return "agree";
  if (generator === undefined || other.generator === undefined) return "incomparable";
  if (generator === other.generator) return "contradict";
  if (tolerance === undefined || sums === undefined || other.sums === undefined) {
    return "incomparable";
  }
  if (!areComparable(generator, other.generator)) return "incomparable";
  return areWithin(sums, other.sums, tolerance) ? "agree" : "contradict";
}

/** True if partials of the two generators can be compared: they draw the same replicas. */
export function areComparable(generator: string, other: string): boolean {
  return generator === other || (isOfCommonStream(generator) && isOfCommonStream(other));
}
