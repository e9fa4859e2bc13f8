import type { ReplicaSums } from "../../../shared/statistics/replicaSums.ts";
import type { Claim, Identity } from "./claim.ts";
import { CompactNumbers } from "./compactNumbers.ts";
import type { Dispute } from "./dispute.ts";
import { GeneratorStanding } from "./generatorStanding.ts";
import type { LeaseHolder } from "./leaseHolder.ts";
import { Troubles } from "./troubles.ts";

/** Marks a shard that is not recorded, or was recorded by an earlier coordinator. */
const UNKNOWN = 0;
/** Marks a shard on which two workers agree, so that it rests on no single worker's word. */
const VERIFIED = 1;
/** Latest digests kept for comparing late answers; a run may have millions of shards. */
export const KEPT_DIGESTS = 65_536;
/** Checks of a shard that may end without an answer before it is left unchecked. */
const MAXIMUM_CHECK_ATTEMPTS = 3;

/** What computed a partial, with its sums while another generator's may be compared with them. */
export interface Origin {
  readonly identity: Identity;
  readonly sums?: ReplicaSums;
}

/** How a shard was verified whose second partial is of another generator. */
interface CrossCheck {
  /** The worker that delivered the accepted partial. */
  readonly deliverer: WorkerNumber | undefined;
  /** What the second worker claimed: it vouches for no more than the tolerance allows. */
  readonly claim: Claim;
}

/** A worker's number, counted from 1. */
export type WorkerNumber = number;

/**
 * What a run's shards rest on: who delivered each of them, which will be checked, which are in
 * dispute, and which have failed. It is kept while the run is withdrawn to be submitted again. It takes a byte or two for
 * each shard, and a little more for each check to come.
 */
export class RunTrust {
  disagreementCount = 0;
  /** How firmly the run is tied to its generator. */
  readonly standing = new GeneratorStanding();
  /** The failed attempts at shards. */
  readonly troubles = new Troubles();
  readonly #disputes = new Map<number, Dispute>();
  /** Results to acknowledge once the shards that they contradicted are durably deleted. */
  #unacknowledged: LeaseHolder[] = [];
  /** By shard: UNKNOWN, VERIFIED, or VERIFIED plus the number of the worker that delivered it. */
  readonly #deliverers = new CompactNumbers();
  /** Digests of the latest accepted partials, in order of acceptance. */
  readonly #digests = new Map<number, string>();
  /** What a run of several generators keeps of the same partials. */
  readonly #origins = new Map<number, Origin>();
  /** Iterates over the oldest; kept, since a new iterator would step over all deleted entries. */
  readonly #oldestDigests = this.#digests.keys();
  /** Shards that are verified by a partial of another generator. */
  readonly #crossChecks = new Map<number, CrossCheck>();
  /** Recorded shards to be checked, with the attempts at each check. */
  readonly #checks = new Map<number, number>();
  /** Contradicted shards that must be checked once they are recorded again. */
  readonly #suspects = new Set<number>();

  /** Disputes, by shard. */
  get disputes(): ReadonlyMap<number, Dispute> {
    return this.#disputes;
  }

  /** Shards to be checked; some may be leased for it already. */
  get checks(): Iterable<number> {
    return this.#checks.keys();
  }

  isDue(shardIndex: number): boolean {
    return this.#checks.has(shardIndex);
  }

  isVerified(shardIndex: number): boolean {
    return this.#deliverers.get(shardIndex) === VERIFIED;
  }

  /** The worker on whose word the shard rests; undefined if unknown or if the shard is verified. */
  delivererOf(shardIndex: number): WorkerNumber | undefined {
    const deliverer = this.#deliverers.get(shardIndex);
    return deliverer > VERIFIED ? deliverer - VERIFIED : undefined;
  }

  /** How the shard was verified, if by a partial of another generator. */
  crossCheckOf(shardIndex: number): CrossCheck | undefined {
    return this.#crossChecks.get(shardIndex);
  }

  /** Shards that rest on the word of a worker that passes `isOne`. */
  deliveredBy(isOne: (worker: WorkerNumber) => boolean): number[] {
    return this.#deliverers.where(
      (deliverer) => deliverer > VERIFIED && isOne(deliverer - VERIFIED),
    );
  }

  /** Notes that a partial was accepted on a worker's word. */
  delivered(shardIndex: number, worker: WorkerNumber, isToBeChecked: boolean): void {
    this.#deliverers.set(shardIndex, VERIFIED + worker);
    this.#crossChecks.delete(shardIndex);
    if (this.#suspects.delete(shardIndex) || isToBeChecked) this.#checks.set(shardIndex, 0);
    else this.#checks.delete(shardIndex);
  }

  /**
   * Keeps a digest; returns the shard whose digest was dropped for it, if one was.
   *
   * @param origin where the partial comes from, in a run of several generators
   */
  keepDigest(shardIndex: number, digest: string, origin?: Origin): number | undefined {
    this.#digests.set(shardIndex, digest);
    if (origin !== undefined) this.#origins.set(shardIndex, origin);
    if (this.#digests.size <= KEPT_DIGESTS) return undefined;
    const forgotten = this.#oldestDigests.next().value;
    if (forgotten === undefined) return undefined;
    this.#digests.delete(forgotten);
    this.#origins.delete(forgotten);
    this.#crossChecks.delete(forgotten);
    // Nobody came to check it; with a single worker nobody can.
    this.#checks.delete(forgotten);
    return forgotten;
  }

  /** The digest last accepted for a shard; undefined if that was long ago. */
  digestOf(shardIndex: number): string | undefined {
    return this.#digests.get(shardIndex);
  }

  /** Where the partial last accepted for a shard comes from, in a run of several generators. */
  originOf(shardIndex: number): Origin | undefined {
    return this.#origins.get(shardIndex);
  }

  /** What is kept of the partial last accepted for a shard; undefined if that was long ago. */
  claimOf(shardIndex: number): Claim | undefined {
    const digest = this.#digests.get(shardIndex);
    return digest === undefined ? undefined : { digest, ...this.#origins.get(shardIndex) };
  }

  /**
   * Notes that a second worker agrees on the shard.
   *
   * @param across what it claims, if that is of another generator
   */
  verified(shardIndex: number, across?: Claim): void {
    this.standing.settle();
    const deliverer = this.delivererOf(shardIndex);
    this.#deliverers.set(shardIndex, VERIFIED);
    if (across === undefined) this.#endCheck(shardIndex);
    else {
      // The sums of both stay, for whoever contradicts one of them.
      this.#checks.delete(shardIndex);
      this.#crossChecks.set(shardIndex, { deliverer, claim: across });
    }
    this.#suspects.delete(shardIndex);
  }

  /** Notes that the shard's partial was taken out of the estimate. */
  retracted(shardIndex: number): void {
    this.#deliverers.set(shardIndex, UNKNOWN);
    this.#crossChecks.delete(shardIndex);
    this.#checks.delete(shardIndex);
    this.#digests.delete(shardIndex);
    this.#origins.delete(shardIndex);
  }

  checkGranted(shardIndex: number): void {
    this.#checks.set(shardIndex, (this.#checks.get(shardIndex) ?? 0) + 1);
  }

  /** Notes a check that ended without an answer; returns true if there should be another. */
  checkEnded(shardIndex: number): boolean {
    const attempts = this.#checks.get(shardIndex);
    if (attempts === undefined) return false;
    if (attempts < MAXIMUM_CHECK_ATTEMPTS) return true;
    this.#endCheck(shardIndex);
    return false;
  }

  /** Notes that nobody is asked about the shard any more; late answers still have its bits. */
  #endCheck(shardIndex: number): void {
    this.#checks.delete(shardIndex);
    const origin = this.#origins.get(shardIndex);
    if (origin?.sums !== undefined) this.#origins.set(shardIndex, { identity: origin.identity });
  }

  /** True if the worker has made a claim in the shard's dispute. */
  hasClaim(shardIndex: number, worker: string): boolean {
    return this.#disputes.get(shardIndex)?.claimOf(worker) !== undefined;
  }

  dispute(shardIndex: number, dispute: Dispute): void {
    // Without two known workers there is nothing to weigh, but the shard should be checked again.
    if (dispute.isOpen) this.#disputes.set(shardIndex, dispute);
    else this.#suspects.add(shardIndex);
  }

  /** Drops the shard's dispute, which has nothing left to settle. */
  endDispute(shardIndex: number): void {
    this.#disputes.delete(shardIndex);
  }

  /** Gives the run's generator up; disputes about its bits have nothing left to settle. */
  supersede(generator: string): void {
    this.standing.supersede(generator);
    this.#disputes.clear();
    this.#suspects.clear();
  }

  /** Drops all claims of a worker that is no longer believed. */
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
