import { CompactNumbers } from "./compactNumbers.ts";
import type { Dispute } from "./dispute.ts";
import type { LeaseHolder } from "./leaseHolder.ts";

/** Marks a shard that is not recorded, or that an earlier coordinator recorded. */
const UNKNOWN = 0;
/** Marks a shard on which two workers agree: neither need be believed. */
const VERIFIED = 1;
/** Shards whose late answers can still be compared with what was accepted: a run may have millions. */
export const KEPT_DIGESTS = 65_536;
/** Checks of a shard that end without an answer, before it is left unchecked. */
const MAXIMUM_CHECK_ATTEMPTS = 3;

/** The number of a worker, from 1. */
export type WorkerNumber = number;

/**
 * Whom a run believes: who delivered each of its shards, which of them are to be computed a second
 * time, and on which there is dispute. It stays while the run is withdrawn to be submitted anew.
 * A byte or two a shard, and a little for each check that is still to come.
 */
export class RunTrust {
  disagreementCount = 0;
  readonly #disputes = new Map<number, Dispute>();
  /** Results to acknowledge as soon as it is durable that what they contradicted is taken back. */
  #unacknowledged: LeaseHolder[] = [];
  /** For each shard UNKNOWN, VERIFIED, or VERIFIED plus the worker's number. */
  readonly #deliverers = new CompactNumbers();
  /** Digests of what was accepted lately, in that order. */
  readonly #digests = new Map<number, string>();
  /** Kept, for a new one would have to find its way past all that were deleted. */
  readonly #oldestDigests = this.#digests.keys();
  /** Recorded shards that are to be checked, with the number of attempts at it. */
  readonly #checks = new Map<number, number>();
  /** Shards that were contradicted before they were recorded anew: to be checked then. */
  readonly #suspects = new Set<number>();

  /** Disputes, by shard. */
  get disputes(): ReadonlyMap<number, Dispute> {
    return this.#disputes;
  }

  /** Shards to be checked; some may be out for it already. */
  get checks(): Iterable<number> {
    return this.#checks.keys();
  }

  isDue(shardIndex: number): boolean {
    return this.#checks.has(shardIndex);
  }

  isVerified(shardIndex: number): boolean {
    return this.#deliverers.get(shardIndex) === VERIFIED;
  }

  /** Who has to be believed for it; undefined if that is not known, or nobody has. */
  delivererOf(shardIndex: number): WorkerNumber | undefined {
    const deliverer = this.#deliverers.get(shardIndex);
    return deliverer > VERIFIED ? deliverer - VERIFIED : undefined;
  }

  /** Shards for which one of these workers has to be believed. */
  deliveredBy(isOne: (worker: WorkerNumber) => boolean): number[] {
    return this.#deliverers.where(
      (deliverer) => deliverer > VERIFIED && isOne(deliverer - VERIFIED),
    );
  }

  /** A partial is accepted on a worker's word. */
  delivered(shardIndex: number, worker: WorkerNumber, isToBeChecked: boolean): void {
    this.#deliverers.set(shardIndex, VERIFIED + worker);
    if (this.#suspects.delete(shardIndex) || isToBeChecked) this.#checks.set(shardIndex, 0);
    else this.#checks.delete(shardIndex);
  }

  /** Returns the shard that is forgotten for it: no answer can be compared with that any more. */
  keepDigest(shardIndex: number, digest: string): number | undefined {
    this.#digests.set(shardIndex, digest);
    if (this.#digests.size <= KEPT_DIGESTS) return undefined;
    const forgotten = this.#oldestDigests.next().value;
    if (forgotten === undefined) return undefined;
    this.#digests.delete(forgotten);
    // With a single worker nobody came to check it.
    this.#checks.delete(forgotten);
    return forgotten;
  }

  /** The digest of what was last accepted for a shard; undefined if that was long ago. */
  digestOf(shardIndex: number): string | undefined {
    return this.#digests.get(shardIndex);
  }

  /** A second worker agrees on the shard. */
  verified(shardIndex: number): void {
    this.#deliverers.set(shardIndex, VERIFIED);
    this.#checks.delete(shardIndex);
    this.#suspects.delete(shardIndex);
  }

  /** Its partial is taken out of the estimate. */
  retracted(shardIndex: number): void {
    this.#deliverers.set(shardIndex, UNKNOWN);
    this.#checks.delete(shardIndex);
    this.#digests.delete(shardIndex);
  }

  checkGranted(shardIndex: number): void {
    this.#checks.set(shardIndex, (this.#checks.get(shardIndex) ?? 0) + 1);
  }

  /** An attempt at a check has ended without an answer; returns whether there should be another. */
  checkEnded(shardIndex: number): boolean {
    const attempts = this.#checks.get(shardIndex);
    if (attempts === undefined) return false;
    if (attempts < MAXIMUM_CHECK_ATTEMPTS) return true;
    this.#checks.delete(shardIndex);
    return false;
  }

  /** Whether the worker has made a claim in the shard's dispute. */
  hasClaim(shardIndex: number, worker: string): boolean {
    return this.#disputes.get(shardIndex)?.claimOf(worker) !== undefined;
  }

  dispute(shardIndex: number, dispute: Dispute): void {
    // Without two known workers there is nothing to weigh, but reason to look again.
    if (dispute.isOpen) this.#disputes.set(shardIndex, dispute);
    else this.#suspects.add(shardIndex);
  }

  /** The shard's dispute has nothing left to settle. */
  endDispute(shardIndex: number): void {
    this.#disputes.delete(shardIndex);
  }

  /** The worker's claims count no more. */
  disbelieve(worker: string): void {
    for (const [shardIndex, dispute] of this.#disputes) {
      dispute.remove(worker);
      if (dispute.isOpen) continue;
      this.#disputes.delete(shardIndex);
      this.#suspects.add(shardIndex);
    }
  }

  acknowledgeLater(holders: readonly LeaseHolder[]): void {
    this.#unacknowledged.push(...holders);
  }

  takeUnacknowledged(): readonly LeaseHolder[] {
    const holders = this.#unacknowledged;
    this.#unacknowledged = [];
    return holders;
  }
}
