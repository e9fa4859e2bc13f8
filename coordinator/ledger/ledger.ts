import type { RunSpecification } from "../../shared/kinds/kind.ts";
import type { ReplicaSums } from "../../shared/statistics/replicaSums.ts";
import type { RunState } from "../../shared/wire/runStates.ts";
import type { RecordedShard, ShardDigest } from "../plan/recordedShard.ts";
import type { Fold } from "../plan/fold.ts";
import type { ShardRange } from "../plan/shardRanges.ts";

/** What is kept of a run beside its partials. */
export interface RunRecord {
  /** `runs/{id}`. */
  readonly name: string;
  readonly specification: RunSpecification;
  readonly state: RunState;
  /** Why it failed; empty if it did not. */
  readonly error: string;
  /** The client whose limits it counts against: the one that created or last extended it. */
  readonly client: string;
  /** `sweeps/{id}`, if it belongs to one. */
  readonly sweep?: string;
  /** Milliseconds since the epoch. */
  readonly createTime: number;
  readonly endTime?: number;
  /** Counts changes of this record. */
  readonly revision: number;
  /** The fold of the prefix at the end; absent until then, and where nothing was folded. */
  readonly outcome?: RunOutcome;
}

export interface RunOutcome {
  readonly shardCount: number;
  readonly sums: ReplicaSums;
  /** Reports of a worker that contradicted an accepted shard. */
  readonly disagreementCount: number;
}

export interface SweepRecord {
  /** `sweeps/{id}`. */
  readonly name: string;
  readonly displayName: string;
  /** Names, in the order given. */
  readonly runs: readonly string[];
  readonly createTime: number;
}

/** How many runs are in each state; states that none is in are left out. */
export type StateCounts = ReadonlyMap<RunState, number>;

/** What a request id stood for when it was first used. */
export interface RequestRecord {
  readonly requestId: string;
  /** Digest of the request's content; different content under the same id is refused. */
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
 * The durable record: runs, sweeps, partials, request ids. Everything that a coordinator knows can be
 * read back from it. Reads see only committed transactions.
 */
export interface Ledger {
  /**
   * Runs `work` and commits what it wrote, all or nothing; resolves once that is durable.
   * Transactions do not overlap.
   *
   * @throws OutcomeUnknown if the commit fails; whatever else is thrown, nothing was written
   */
  transact<Result>(work: (transaction: LedgerTransaction) => Promise<Result>): Promise<Result>;
  run(name: string): Promise<RunRecord | undefined>;
  sweep(name: string): Promise<SweepRecord | undefined>;
  /** Newest first. @throws InvalidPageToken */
  runs(pageSize: number, pageToken: string): Promise<Page<RunRecord>>;
  /** Newest first. @throws InvalidPageToken */
  sweeps(pageSize: number, pageToken: string): Promise<Page<SweepRecord>>;
  /** The states of the runs of each sweep; sweeps without runs are left out. */
  sweepStates(sweeps: readonly string[]): Promise<ReadonlyMap<string, StateCounts>>;
  /** Runs that have not ended, oldest first. */
  unfinishedRuns(): AsyncIterable<RunRecord>;
  /** The run's recorded shards, ascending; default: from the first on. */
  shards(run: string, from?: number): AsyncIterable<RecordedShard>;
  /** The indexes of the run's recorded shards from one on, as ranges, ascending. */
  shardRanges(run: string, from: number): Promise<ShardRange[]>;
  /** The digests of the run's last `count` recorded shards, ascending. */
  digests(run: string, count: number): Promise<ShardDigest[]>;
  /** The longest fold of the run's prefix that was put, if there is one. */
  fold(run: string): Promise<Fold | undefined>;
  /** Bytes that it takes on disk; undefined if it is not on disk. */
  size(): Promise<number | undefined>;
  close(): Promise<void>;
}

export interface LedgerTransaction {
  request(requestId: string): Promise<RequestRecord | undefined>;
  putRequest(request: RequestRecord): Promise<void>;
  /** Inserts or replaces. */
  putRun(run: RunRecord): Promise<void>;
  putSweep(sweep: SweepRecord): Promise<void>;
  /** @throws Error if the shard is recorded already: a partial is accepted once. */
  putShard(run: string, shard: RecordedShard): Promise<void>;
  deleteShard(run: string, shardIndex: number): Promise<void>;
  /** All shards of the fold must have been put. */
  putFold(run: string, fold: Fold): Promise<void>;
  /** Deletes the run's folds that hold this shard or a later one. */
  deleteFolds(run: string, shardIndex: number): Promise<void>;
}

/** A write that may share its transaction with others. */
export type LedgerWrite = (transaction: LedgerTransaction) => Promise<void>;

/** A commit failed, and it is unknown whether it took effect. */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";

  constructor(cause: Error) {
    super(`the commit failed: ${cause.message}`, { cause });
  }
}

export class InvalidPageToken extends Error {
  override readonly name = "InvalidPageToken";
}

/** The ledger cannot be opened; the message says why and what to do. */
export class LedgerUnavailable extends Error {
  override readonly name = "LedgerUnavailable";
}

/** Another coordinator leads: nothing more may be written. */
export class LeadershipLost extends Error {
  override readonly name = "LeadershipLost";

  constructor(own: number, current: number) {
    super(`another coordinator leads (its epoch is ${current}, ours was ${own})`);
  }
}
