import type { ReplicaSums } from "../../../shared/statistics/replicaSums.ts";
import { areWithin, type Tolerance } from "../../../shared/statistics/sumsWithin.ts";
import { isOfCommonStream } from "../../../shared/random/stream.ts";

/** What decides the bits of a partial. */
export interface Identity {
  readonly backend: string;
  readonly generator: string;
}

/** What was said of a shard, as far as it is kept to be compared. */
export interface Claim {
  /** Digest of the partial's bits; equal bits have equal digests. */
  readonly digest: string;
  /** What computed it; absent where only the digest is known. */
  readonly identity?: Identity | undefined;
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
 * Compares two claims about a shard. Those of one identity must be equal bit for bit. Those of two
 * whose generators draw the same stream, and so the same replicas, must be equal within the
 * tolerance. Claims of different streams cannot be compared, nor can those of which too little is
 * known.
 *
 * @param tolerance for mixed runs; the claims about other runs are of one identity.
 */
export function compareClaims(claim: Claim, other: Claim, tolerance?: Tolerance): Comparison {
  const { digest, identity, replicaCount, sums } = claim;
  const isOfOtherSize =
    replicaCount !== undefined &&
    other.replicaCount !== undefined &&
    replicaCount !== other.replicaCount;
  if (isOfOtherSize) return "incomparable";
  if (digest === other.digest) return "agree";
  if (identity === undefined || other.identity === undefined) return "incomparable";
  if (areEqual(identity, other.identity)) return "contradict";
  if (tolerance === undefined || sums === undefined || other.sums === undefined) {
    return "incomparable";
  }
  if (!areComparable(identity, other.identity)) return "incomparable";
  return areWithin(sums, other.sums, tolerance) ? "agree" : "contradict";
}

/** True if partials of the two identities can be compared: they are of the same replicas. */
export function areComparable(identity: Identity, other: Identity): boolean {
  const isCommon = isOfCommonStream(identity.generator) && isOfCommonStream(other.generator);
  return isCommon || areEqual(identity, other);
}

function areEqual(identity: Identity, other: Identity): boolean {
  return identity.backend === other.backend && identity.generator === other.generator;
}
