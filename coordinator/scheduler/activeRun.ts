import type { BackendName, RunBackend } from "../../shared/specification/backends.ts";
import type { Bits } from "./fleet.ts";
import type { RecordedShard } from "../plan/recordedShard.ts";
import type { SchedulerOptions } from "./options.ts";
import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";
import { compareClaims, type Claim, type Comparison, type Identity } from "./trust/claim.ts";
import { RateMeter } from "./rateMeter.ts";
import type { RunProgress } from "./runProgress.ts";
import type { Origin, RunTrust } from "./trust/runTrust.ts";
import type { Failure } from "./trust/troubles.ts";

const RATE_WINDOW_SECONDS = 15;
/** Most waiting checks looked at for one grant. */
const MAXIMUM_LOOKS = 64;

/** Whether a worker, with partials of this identity, should be asked in place of another. */
type IsOther = (worker: string, identity: Identity | undefined) => boolean;

type RecordedPartial = Pick<RecordedShard, "partial" | "digest">;

/** An unfinished run's shards: which may be granted, which are leased, which cause trouble. */
export class ActiveRun implements Bits {
  readonly name: string;
  readonly progress: RunProgress;
  readonly trust: RunTrust;
  /** Live leases by shard; leases of settled shards are checks. */
  readonly leases = new Map<number, Set<number>>();
  /** The backends that can do the run. */
  readonly backends: readonly BackendName[];
  /** The kind as on the wire. */
  readonly wireKind: string | number;
  readonly rate = new RateMeter(RATE_WINDOW_SECONDS);
  /** Work of the live leases, in weights; fair sharing compares runs by it. */
  leasedWork = 0;
  started = false;
  /** The time since which only checks keep the run from ending. */
  metAt: number | undefined;
  #generator: string | undefined;
  /** Number of the `load` command that the ledger has not answered yet. */
  load: number | undefined;
  /** Shards handed to the ledger and not yet durable. */
  readonly #recording = new Set<number>();
  /** Shards that were granted before and must be granted again. */
  readonly #returned = new Set<number>();
  readonly #attempts = new Map<number, number>();
  readonly #parked = new Map<number, string>();
  #next = 0;
  #horizon: number;

  /**
   * @param recorded further shards of the run in the ledger, ordered by index.
   * @param generator the generator of the run's partials in the ledger, if there are any.
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
    const { specification } = progress;
    this.backends = specification.kind.backends(specification);
    this.wireKind = specification.kind.wireKind;
    this.#tie(generator);
    for (const shard of recorded) this.recorded(shard);
    // A disputed shard must not go to a worker that took a side, and one that has failed goes to
    // others first, so they skip the normal order.
    for (const shardIndex of trust.disputes.keys()) this.#returned.add(shardIndex);
    for (const shardIndex of trust.troubles.shards()) {
      const isOpen = shardIndex < progress.plan.shardCount && !this.isSettled(shardIndex);
      if (isOpen) this.#returned.add(shardIndex);
    }
  }

  /** How many results contradicted others. */
  get disagreementCount(): number {
    return this.trust.disagreementCount;
  }

  get backend(): RunBackend {
    return this.progress.specification.backend;
  }

  /** True if every backend that can do the run may compute any of its shards. */
  get isMixed(): boolean {
    return this.backend === "any";
  }

  /**
   * The generator that every partial must have: that of the first accepted partial. A mixed run has
   * none.
   */
  get generator(): string | undefined {
    return this.#generator;
  }

  /** A key shared by the runs that a device works on at the same rate, in units of work. */
  rateKey(backend: BackendName): string {
    const { plan } = this.progress;
    const specification = plan.on(backend);
    const key = specification.kind.rateKey(specification);
    // The work of a mixed run is counted alike for all backends, and that of others by each one.
    return this.isMixed ? `${key}, mixed` : key;
  }

  get superseded(): ReadonlySet<string> {
    return this.trust.standing.superseded;
  }

  /** True if a partial of this generator may count. */
  takes(generator: string): boolean {
    return this.#generator === undefined
      ? !this.superseded.has(generator)
      : this.#generator === generator;
  }

  /** Ties the run to the generator of its first partial, unless it is mixed. */
  #tie(generator: string | undefined): void {
    if (!this.isMixed) this.#generator ??= generator;
  }

  /** Compares two claims about a shard; in a mixed run they may be of different generators. */
  readonly compare = (claim: Claim, other: Claim): Comparison =>
    compareClaims(claim, other, this.isMixed ? this.#tolerance : undefined);

  readonly #tolerance = (depth: number): number => {
    const { specification } = this.progress;
    return specification.kind.tolerance(specification, depth);
  };

  /** What a partial claims, as far as it may have to be compared. */
  claimOf({ partial, digest }: RecordedPartial): Claim {
    const { backend, generator, replicaCount } = partial;
    const identity = { backend, generator };
    return { digest, identity, replicaCount, ...(this.isMixed && { sums: partial }) };
  }

  get parkedCount(): number {
    return this.#parked.size;
  }

  /** True if accepted partials are on their way to the ledger. */
  get isRecording(): boolean {
    return this.#recording.size > 0;
  }

  get leasedShardCount(): number {
    return this.leases.size;
  }

  /** Shards worth computing now, counted from the first; a guess, renewed as the fold grows. */
  get horizon(): number {
    return this.#horizon;
  }

  /** Why the run cannot go on, if the next shard of the fold is parked. */
  get blockedBy(): string | undefined {
    return this.#parked.get(this.progress.foldedShards);
  }

  /** True if the shard needs no further attempt. */
  isSettled(shardIndex: number): boolean {
    return this.#recording.has(shardIndex) || this.progress.has(shardIndex);
  }

  /** All shards that need no further attempt. */
  settledShards(): number[] {
    return [...new Set([...this.progress.shards(), ...this.#recording])];
  }

  /** What the accepted partial claims; undefined if there is none, or it was accepted too long ago. */
  accepted(shardIndex: number): Claim | undefined {
    const claim = this.isSettled(shardIndex) ? this.trust.claimOf(shardIndex) : undefined;
    const { backend } = this;
    const generator = this.#generator;
    return (
      claim && { ...(generator !== undefined && { identity: { backend, generator } }), ...claim }
    );
  }

  /** True if the worker reported an error for the shard. */
  hasFailedAt(shardIndex: number, worker: string): boolean {
    return this.trust.troubles.workersFailedAt(shardIndex)?.has(worker) ?? false;
  }

  /**
   * The first shard that may be granted to the worker, if any. A shard that failed there is left to
   * others while `othersRemain` to try it. A disputed shard goes to no worker that took a side, and is
   * left to others if partials of the worker's identity would not settle the dispute.
   */
  grantable(
    worker: string,
    identity: Identity | undefined,
    othersRemain: (isOther: IsOther) => boolean,
  ): number | undefined {
    if (this.progress.met) return undefined;
    let first: number | undefined;
    for (const shard of this.#returned) {
      if (this.trust.hasClaim(shard, worker)) continue;
      if (this.isLeftToOthers(shard, worker, identity, othersRemain)) continue;
      if (first === undefined || shard < first) first = shard;
    }
    while (this.#next < this.#horizon && this.#isNotNew(this.#next)) this.#next += 1;
    return this.#next < Math.min(this.#horizon, first ?? Infinity) ? this.#next : first;
  }

  /** True if the worker has failed the shard, or could not settle its dispute, and others could. */
  isLeftToOthers(
    shardIndex: number,
    worker: string,
    identity: Identity | undefined,
    othersRemain: (isOther: IsOther) => boolean,
  ): boolean {
    const mayTry: IsOther = (other) =>
      !this.hasFailedAt(shardIndex, other) && !this.trust.hasClaim(shardIndex, other);
    const isBest: IsOther = (other, itsIdentity) =>
      mayTry(other, itsIdentity) &&
      this.trust.disputes.get(shardIndex)?.mayBeSettledBy(itsIdentity) !== false;
    if (isBest(worker, identity)) return false;
    return othersRemain(isBest) || (!mayTry(worker, identity) && othersRemain(mayTry));
  }

  #isNotNew(shardIndex: number): boolean {
    return (
      this.isSettled(shardIndex) || this.#attempts.has(shardIndex) || this.#returned.has(shardIndex)
    );
  }

  /** A shard that awaits a check, counts in the estimate, and passes `mayCheck`. */
  checkable(mayCheck: (shardIndex: number) => boolean): number | undefined {
    let looked = 0;
    for (const shardIndex of this.trust.checks) {
      if (this.leases.has(shardIndex) || !this.isSettled(shardIndex)) continue;
      if (!this.isNeeded(shardIndex)) continue;
      if (mayCheck(shardIndex)) return shardIndex;
      looked += 1;
      // With a single worker, thousands of checks may wait that nobody can do.
      if (looked === MAXIMUM_LOOKS) return undefined;
    }
    return undefined;
  }

  /** True if another answer for the shard can change the estimate or the trust in it. */
  isNeeded(shardIndex: number): boolean {
    return !this.progress.met || shardIndex < this.progress.foldedShards;
  }

  /** Notes a new lease of the shard and returns its attempt number. */
  lease(shardIndex: number, lease: number): number {
    this.#returned.delete(shardIndex);
    const leases = this.leases.get(shardIndex) ?? new Set();
    this.leases.set(shardIndex, leases.add(lease));
    this.leasedWork += this.progress.plan.work(shardIndex);
    const attempt = (this.#attempts.get(shardIndex) ?? 0) + 1;
    this.#attempts.set(shardIndex, attempt);
    return attempt;
  }

  /** Forgets a lease; returns true if nobody else holds the shard and it must be granted again. */
  release(shardIndex: number, lease: number): boolean {
    const leases = this.leases.get(shardIndex);
    if (leases?.delete(lease) !== true) return false;
    this.leasedWork -= this.progress.plan.work(shardIndex);
    if (leases.size > 0) return false;
    this.leases.delete(shardIndex);
    if (this.isSettled(shardIndex)) return this.trust.checkEnded(shardIndex);
    if (this.#parked.has(shardIndex)) return false;
    this.#returned.add(shardIndex);
    return true;
  }

  /** Notes that a partial is on its way to the ledger. */
  recording(shardIndex: number, { partial, digest }: RecordedPartial): void {
    this.#tie(partial.generator);
    this.#recording.add(shardIndex);
    this.#returned.delete(shardIndex);
    // A late answer rescues a shard that was given up, before the fold can wait for it.
    this.#parked.delete(shardIndex);
    this.trust.troubles.overcome(shardIndex);
    this.#keepDigest(shardIndex, { partial, digest });
  }

  #keepDigest(shardIndex: number, { partial, digest }: RecordedPartial): void {
    const forgotten = this.trust.keepDigest(
      shardIndex,
      digest,
      this.#originOf(shardIndex, partial),
    );
    // Only a check would need the attempt count, and the shard can no longer be checked.
    if (forgotten !== undefined) this.#attempts.delete(forgotten);
  }

  #originOf(shardIndex: number, partial: ShardPartial): Origin | undefined {
    if (!this.isMixed) return undefined;
    const { backend, generator } = partial;
    const identity = { backend, generator };
    const mayBeCompared =
      this.trust.isDue(shardIndex) || this.trust.crossCheckOf(shardIndex) !== undefined;
    return mayBeCompared ? { identity, sums: partial } : { identity };
  }

  /** Notes that a partial is durable. */
  recorded({ shardIndex, partial, digest }: RecordedShard): void {
    this.#recording.delete(shardIndex);
    this.#keepDigest(shardIndex, { partial, digest });
    // A check continues the shard's attempt numbers.
    if (!this.trust.isDue(shardIndex)) this.#attempts.delete(shardIndex);
    this.#parked.delete(shardIndex);
    this.#tie(partial.generator);
    this.progress.record(shardIndex, partial);
    this.#horizon = this.progress.horizon;
  }

  /** Takes a partial that was read back from the ledger. */
  loaded({ shardIndex, partial }: RecordedShard): void {
    this.progress.load(shardIndex, partial);
    this.#horizon = this.progress.horizon;
  }

  /**
   * Notes a failed attempt; returns the reason if the shard is parked for it.
   *
   * @param endSilent takes the shard from workers that have long been silent
   */
  failed(
    shardIndex: number,
    failure: Failure,
    options: SchedulerOptions,
    endSilent: () => void,
  ): string | undefined {
    if (this.isSettled(shardIndex) || this.#parked.has(shardIndex)) return undefined;
    if (!this.trust.troubles.add(shardIndex, failure, options)) return undefined;
    // A worker that still holds the shard may succeed.
    endSilent();
    if (this.leases.has(shardIndex)) return undefined;
    const { firstReplica, replicaCount } = this.progress.plan.shard(shardIndex);
    const reason =
      `shard ${shardIndex} (replicas ${firstReplica} to ${firstReplica + replicaCount - 1}) was ` +
      `given up after ${this.trust.troubles.summary(shardIndex)}`;
    this.#parked.set(shardIndex, reason);
    this.#returned.delete(shardIndex);
    return reason;
  }
}
