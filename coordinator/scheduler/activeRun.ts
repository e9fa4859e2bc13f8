import type { BackendName } from "../../shared/specification/backends.ts";
import type { Bits } from "./fleet.ts";
import type { RecordedShard } from "../plan/recordedShard.ts";
import type { SchedulerOptions } from "./options.ts";
import { RateMeter } from "./rateMeter.ts";
import type { RunProgress } from "./runProgress.ts";
import type { RunTrust } from "./trust/runTrust.ts";

const RATE_WINDOW_SECONDS = 15;
/** Checks that wait and are looked at for each grant. */
const MAXIMUM_LOOKS = 64;

type RecordedPartial = Pick<RecordedShard, "partial" | "digest">;

interface ShardTrouble {
  errors: number;
  losses: number;
  lastError: string;
  /** Workers that reported an error for it: others are tried first. */
  readonly workers: Set<string>;
}

/** The shards of a run that has not ended: which may be granted, which are out, which are trouble. */
export class ActiveRun implements Bits {
  readonly name: string;
  readonly progress: RunProgress;
  readonly trust: RunTrust;
  /** Live leases of each shard that has any; those of settled shards are checks. */
  readonly leases = new Map<number, Set<number>>();
  readonly rate = new RateMeter(RATE_WINDOW_SECONDS);
  /** Work of the live leases, in weights: what fair sharing compares. */
  leasedWork = 0;
  started = false;
  /** Since when nothing but checks keeps it from ending. */
  metAt: number | undefined;
  #generator: string | undefined;
  #hasPartial = false;
  /** The number under which the ledger was asked for partials, until it answers. */
  load: number | undefined;
  /** Shards handed to the ledger, not yet durable. */
  readonly #recording = new Set<number>();
  /** Shards granted before that must be granted again. */
  readonly #returned = new Set<number>();
  readonly #attempts = new Map<number, number>();
  readonly #trouble = new Map<number, ShardTrouble>();
  readonly #parked = new Map<number, string>();
  #next = 0;
  #horizon: number;

  /**
   * @param recorded further shards that the ledger has of it, in order of their indexes.
   * @param generator of what the ledger has of it, if it has anything.
   */
  constructor(
    name: string,
    progress: RunProgress,
    trust: RunTrust,
    recorded: readonly RecordedShard[],
    generator?: string,
  ) {
    this.name = name;
    this.progress = progress;
    this.trust = trust;
    this.#horizon = progress.horizon;
    if (generator !== undefined) this.#accept(generator);
    for (const shard of recorded) this.recorded(shard);
    // Whoever has taken sides must not be asked, so that they are not simply next in line.
    for (const shardIndex of trust.disputes.keys()) this.#returned.add(shardIndex);
  }

  /** Reports of results that contradicted others. */
  get disagreementCount(): number {
    return this.trust.disagreementCount;
  }

  get backend(): BackendName {
    return this.progress.specification.backend;
  }

  /**
   * The generator that all partials must have: that of the first that was accepted. Until there is
   * one, that of the first device that was granted a lease and says which it has, for as long as a
   * lease is out: the work of others would be wasted.
   */
  get generator(): string | undefined {
    return this.#generator;
  }

  get parkedCount(): number {
    return this.#parked.size;
  }

  get leasedShardCount(): number {
    return this.leases.size;
  }

  /** Shards worth propagating now: a guess that follows the fold. */
  get horizon(): number {
    return this.#horizon;
  }

  /** Why the run cannot go on: the shard that the fold waits for is parked. */
  get blockedBy(): string | undefined {
    return this.#parked.get(this.progress.foldedShards);
  }

  /** Whether a shard needs no further attempt. */
  isSettled(shardIndex: number): boolean {
    return this.#recording.has(shardIndex) || this.progress.has(shardIndex);
  }

  /** The digest of what was accepted; undefined if nothing was, or too long ago to be kept. */
  digest(shardIndex: number): string | undefined {
    return this.isSettled(shardIndex) ? this.trust.digestOf(shardIndex) : undefined;
  }

  /** Whether the worker reported an error for the shard. */
  hasFailedAt(shardIndex: number, worker: string): boolean {
    return this.#trouble.get(shardIndex)?.workers.has(worker) ?? false;
  }

  /**
   * The first shard in order that may be granted to the worker, if any. One that failed there is
   * left to others as long as `othersRemain` to try it; one in dispute goes to nobody who has taken
   * sides.
   */
  grantable(
    worker: string,
    othersRemain: (isOther: (worker: string) => boolean) => boolean,
  ): number | undefined {
    if (this.progress.met) return undefined;
    let first: number | undefined;
    for (const shard of this.#returned) {
      if (this.trust.hasClaim(shard, worker)) continue;
      const tried = this.#trouble.get(shard)?.workers;
      const mayTry = (other: string) =>
        tried?.has(other) !== true && !this.trust.hasClaim(shard, other);
      if (!mayTry(worker) && othersRemain(mayTry)) continue;
      if (first === undefined || shard < first) first = shard;
    }
    while (this.#next < this.#horizon && this.#isNotNew(this.#next)) this.#next += 1;
    return this.#next < Math.min(this.#horizon, first ?? Infinity) ? this.#next : first;
  }

  #isNotNew(shardIndex: number): boolean {
    return (
      this.isSettled(shardIndex) || this.#attempts.has(shardIndex) || this.#returned.has(shardIndex)
    );
  }

  /** A shard that waits for a check by a worker that `mayCheck` it, and may be in the estimate. */
  checkable(mayCheck: (shardIndex: number) => boolean): number | undefined {
    let looked = 0;
    for (const shardIndex of this.trust.checks) {
      if (this.leases.has(shardIndex) || !this.isSettled(shardIndex)) continue;
      if (!this.isNeeded(shardIndex)) continue;
      if (mayCheck(shardIndex)) return shardIndex;
      looked += 1;
      // With a single worker thousands may wait, all in vain.
      if (looked === MAXIMUM_LOOKS) return undefined;
    }
    return undefined;
  }

  /** Whether an answer can matter to the estimate, or to how far it is believed. */
  isNeeded(shardIndex: number): boolean {
    return !this.progress.met || shardIndex < this.progress.foldedShards;
  }

  /**
   * Notes a new lease of the shard and returns its attempt number.
   *
   * @param generator of the device, if it is known.
   */
  lease(shardIndex: number, lease: number, generator: string | undefined): number {
    this.#generator ??= generator;
    this.#returned.delete(shardIndex);
    const leases = this.leases.get(shardIndex) ?? new Set();
    this.leases.set(shardIndex, leases.add(lease));
    this.leasedWork += this.progress.plan.work(shardIndex);
    const attempt = (this.#attempts.get(shardIndex) ?? 0) + 1;
    this.#attempts.set(shardIndex, attempt);
    return attempt;
  }

  /** Forgets a lease; returns whether the shard is to be granted again, for nobody else has it. */
  release(shardIndex: number, lease: number): boolean {
    const leases = this.leases.get(shardIndex);
    if (leases?.delete(lease) !== true) return false;
    this.leasedWork -= this.progress.plan.work(shardIndex);
    if (leases.size > 0) return false;
    this.leases.delete(shardIndex);
    if (this.leases.size === 0 && !this.#hasPartial) this.#generator = undefined;
    if (this.isSettled(shardIndex)) return this.trust.checkEnded(shardIndex);
    if (this.#parked.has(shardIndex)) return false;
    this.#returned.add(shardIndex);
    return true;
  }

  #accept(generator: string): void {
    this.#generator ??= generator;
    this.#hasPartial = true;
  }

  /** A partial is on its way to the ledger. */
  recording(shardIndex: number, { partial, digest }: RecordedPartial): void {
    this.#accept(partial.generator);
    this.#recording.add(shardIndex);
    this.#returned.delete(shardIndex);
    // A late answer takes back the giving up, before the fold can come to wait for the shard.
    this.#parked.delete(shardIndex);
    this.#keepDigest(shardIndex, digest);
  }

  #keepDigest(shardIndex: number, digest: string): void {
    const forgotten = this.trust.keepDigest(shardIndex, digest);
    // Attempts are counted on for a check, which there cannot be any more.
    if (forgotten !== undefined) this.#attempts.delete(forgotten);
  }

  /** A partial is durable. */
  recorded({ shardIndex, partial, digest }: RecordedShard): void {
    this.#recording.delete(shardIndex);
    this.#keepDigest(shardIndex, digest);
    // Of what is to be checked the attempts are counted on.
    if (!this.trust.isDue(shardIndex)) this.#attempts.delete(shardIndex);
    this.#trouble.delete(shardIndex);
    this.#parked.delete(shardIndex);
    this.#accept(partial.generator);
    this.progress.record(shardIndex, partial);
    this.#horizon = this.progress.horizon;
  }

  /** A partial was read from the ledger again. */
  loaded({ shardIndex, partial }: RecordedShard): void {
    this.progress.load(shardIndex, partial);
    this.#horizon = this.progress.horizon;
  }

  /** An attempt at the shard failed; returns the reason if the shard is parked by it. */
  failed(
    shardIndex: number,
    failure: { readonly error: string; readonly worker: string; readonly lost: boolean },
    options: SchedulerOptions,
  ): string | undefined {
    if (this.isSettled(shardIndex) || this.#parked.has(shardIndex)) return undefined;
    const trouble = this.#trouble.get(shardIndex) ?? {
      errors: 0,
      losses: 0,
      lastError: "",
      workers: new Set<string>(),
    };
    this.#trouble.set(shardIndex, trouble);
    trouble.lastError = failure.error;
    if (failure.lost) trouble.losses += 1;
    else {
      trouble.errors += 1;
      trouble.workers.add(failure.worker);
    }
    if (trouble.errors < options.maximumErrors && trouble.losses < options.maximumLosses) {
      return undefined;
    }
    // Whoever has it still may succeed.
    if (this.leases.has(shardIndex)) return undefined;
    const { firstReplica, replicaCount } = this.progress.plan.shard(shardIndex);
    const reason =
      `shard ${shardIndex} (replicas ${firstReplica} to ${firstReplica + replicaCount - 1}) was ` +
      `given up after ${trouble.errors} errors and ${trouble.losses} lost workers; the last: ` +
      trouble.lastError;
    this.#parked.set(shardIndex, reason);
    this.#returned.delete(shardIndex);
    return reason;
  }
}
