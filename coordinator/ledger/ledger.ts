import type { RunSpecification } from "../../shared/kinds/kind.ts";
import type { ReplicaSums } from "../../shared/statistics/replicaSums.ts";
import type { RunState } from "../../shared/wire/runStates.ts";
import type { RecordedShard, ShardDigest } from "../plan/recordedShard.ts";
import type { Computation } from "../plan/computations.ts";
import type { Fold } from "../plan/fold.ts";
import type { ShardRange } from "../plan/shardRanges.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

/** What the ledger keeps about a run besides its partials. */
export interface RunRecord {
  /** `runs/{id}`. */
  readonly name: string;
  readonly specification: RunSpecification;
  readonly state: RunState;
  /** Why the run failed; empty if it did not. */
  readonly error: string;
  /** The client whose limits the run counts against: it created or last extended the run. */
  readonly client: string;
  /** `sweeps/{id}`, if the run belongs to a sweep. */
  readonly sweep?: string;
  /** Milliseconds since the epoch. */
  readonly createTime: number;
  readonly endTime?: number;
  /** Counts the changes of this record. */
  readonly revision: number;
  /** The fold at the run's end; absent before that, and if nothing was folded. */
  readonly outcome?: RunOutcome;
}

export interface RunOutcome {
  readonly shardCount: number;
  readonly sums: ReplicaSums;
  /** Who computed how much of it; absent where an earlier version has written it. */
  readonly computations?: readonly Computation[];
  /** How many results contradicted others. */
  readonly disagreementCount: number;
}

export interface SweepRecord {
  /** `sweeps/{id}`. */
  readonly name: string;
  readonly displayName: string;
  /** Names of the runs, in the order given. */
  readonly runs: readonly string[];
  readonly createTime: number;
}

/**
 * A record in the ledger is not as it was written, so that nothing in it can be relied upon. The
 * message says what to do.
 */
export class DamagedRecord extends Error {
  override readonly name = "DamagedRecord";
  /** `runs/{id}`, `sweeps/{id}`, or what else is damaged. */
  readonly resource: string;
  /** `sweeps/{id}`, if it is a run's record that names a sweep. */
  readonly sweep: string | undefined;

  constructor(
    resource: string,
    problem: string,
    { remedy, sweep, cause }: { remedy: string; sweep?: string | undefined; cause?: unknown },
  ) {
    super(`${resource} is damaged in the ledger (${problem}); ${remedy}`, { cause });
    this.resource = resource;
    this.sweep = sweep;
  }
}

/** A run in a list whose record is damaged. */
export interface UnreadableRun {
  readonly name: string;
  readonly damage: DamagedRecord;
}

/** Partials in the ledger are not as they were written; they can be computed again. */
export class DamagedShards extends Error {
  override readonly name = "DamagedShards";
  /** Their indexes, as the ledger has them. */
  readonly shards: readonly number[];

  constructor(run: string, shards: readonly number[], problem: string) {
    super(`the ledger has damaged partials of ${run} (${shards.length}); the first: ${problem}`);
    this.shards = shards;
  }
}

/** A run's longest fold in the ledger is not as it was written; it can be made again. */
export class DamagedFold extends Error {
  override readonly name = "DamagedFold";
  readonly shardCount: number;

  constructor(run: string, shardCount: number, problem: string) {
    super(`the fold of ${shardCount} shards of ${run} is damaged in the ledger: ${problem}`);
    this.shardCount = shardCount;
  }
}

/** How many runs are in each state; states without runs are left out. */
export type StateCounts = ReadonlyMap<RunState, number>;

/** What a request id created when it was first used. */
export interface RequestRecord {
  readonly requestId: string;
  /** Digest of the request's content; other content under the same id is refused. */
  readonly fingerprint: string;
  /** `runs/{id}` or `sweeps/{id}`. */
  readonly resource: string;
}

export interface Page<Record> {
  readonly records: readonly Record[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

/**
 * The durable record of runs, sweeps, partials and request ids. A coordinator can read back from it
 * all that it needs to go on. Reads see only committed transactions.
 */
export interface Ledger {
  /** What was found damaged when the ledger was opened, a sentence each. */
  readonly findings: readonly string[];
  /**
   * Runs `work` and commits what it wrote, all or nothing. Resolves once the commit is durable.
   * Transactions do not overlap.
   *
   * @throws OutcomeUnknown if the commit fails; after any other error, nothing was written
   */
  transact<Result>(work: (transaction: LedgerTransaction) => Promise<Result>): Promise<Result>;
  /** @throws DamagedRecord */
  run(name: string): Promise<RunRecord | undefined>;
  /** Those of the runs that there are, in no particular order; at most a few hundred at a time. */
  runsNamed(names: readonly string[]): Promise<RunRecord[]>;
  sweep(name: string): Promise<SweepRecord | undefined>;
  /** A page of runs, newest first. @throws InvalidPageToken */
  runs(pageSize: number, pageToken: string): Promise<Page<RunRecord | UnreadableRun>>;
  /** A page of sweeps, newest first. @throws InvalidPageToken */
  sweeps(pageSize: number, pageToken: string): Promise<Page<SweepRecord>>;
  /** How many runs of each sweep are in each state; sweeps without runs are left out. */
  sweepStates(sweeps: readonly string[]): Promise<ReadonlyMap<string, StateCounts>>;
  /** Runs that have not ended, oldest first, but for damaged ones. */
  unfinishedRuns(): AsyncIterable<RunRecord>;
  /**
   * The run's recorded shards from an index on, ascending; default: all of them.
   *
   * @throws DamagedShards once it comes to some
   */
  shards(run: string, from?: number): AsyncIterable<RecordedShard>;
  /** Ranges of the run's recorded shards from an index on, ascending. */
  shardRanges(run: string, from: number): Promise<ShardRange[]>;
  /** Indexes of recorded shards of many runs, each from an index on; runs without any are left out. */
  shardsFrom(first: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, readonly number[]>>;
  /** The digests of the run's last `count` recorded shards, ascending; damaged ones are left out. */
  digests(run: string, count: number): Promise<ShardDigest[]>;
  /** The run's longest stored fold, if there is one. @throws DamagedFold */
  fold(run: string): Promise<Fold | undefined>;
  /** Bytes that the ledger takes on disk; undefined if it is not on disk. */
  size(): Promise<number | undefined>;
  close(): Promise<void>;
}

export interface LedgerTransaction {
  /** @throws DamagedRecord */
  request(requestId: string): Promise<RequestRecord | undefined>;
  putRequest(request: RequestRecord): Promise<void>;
  /** Inserts the run, or replaces its record. */
  putRun(run: RunRecord): Promise<void>;
  putSweep(sweep: SweepRecord): Promise<void>;
  /** @throws Error if the shard is recorded already, since a partial is accepted only once. */
  putShard(run: string, shard: RecordedShard): Promise<void>;
  deleteShard(run: string, shardIndex: number): Promise<void>;
  /** Inserts a fold, all of whose shards must have been put before. */
  putFold(run: string, fold: Fold): Promise<void>;
  /** Deletes the run's folds that hold this shard or a later one. */
  deleteFolds(run: string, shardIndex: number): Promise<void>;
}

/** A write that may share its transaction with other writes. */
export type LedgerWrite = (transaction: LedgerTransaction) => Promise<void>;

/** A commit failed, and nobody knows whether it took effect. */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";

  constructor(cause: Error) {
    super(`the commit failed: ${reasonOf(cause)}`, { cause });
  }
}

export class InvalidPageToken extends Error {
  override readonly name = "InvalidPageToken";
}

/** A run in the ledger is of a kind that this coordinator does not know; the message says what to do. */
export class UnknownKind extends Error {
  override readonly name = "UnknownKind";
}

/**
 * Why a ledger cannot be opened: another process has it; its place has no locks, or no room, or
 * cannot be written to; it is damaged; or something else.
 */
export type Obstacle = "taken" | "no_locks" | "full" | "unwritable" | "damaged" | "other";

/** The ledger cannot be opened; the message says why, and what to do. */
export class LedgerUnavailable extends Error {
  override readonly name = "LedgerUnavailable";
  readonly obstacle: Obstacle;

  constructor(
    message: string,
    { obstacle = "other", cause }: { obstacle?: Obstacle; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.obstacle = obstacle;
  }
}

/** Another coordinator leads, so that this one may not write any more. */
export class LeadershipLost extends Error {
  override readonly name = "LeadershipLost";

  constructor(own: number, current: number) {
    super(`another coordinator leads (its epoch is ${current}, ours was ${own})`);
  }
}
