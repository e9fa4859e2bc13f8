import type { ColumnType, Generated } from "kysely";

/** A number that only the database gives out, ascending. */
type Position = Generated<number>;

/** Below all positions: the database counts from 1, but damage may leave any number. */
export const LOWEST_POSITION = Number.MIN_SAFE_INTEGER;

/** See checksums.ts. */
type Checksum = number | null;

/** The table of runs. All numbers are whole; times are milliseconds since 1970. */
export interface RunsTable {
  /** Order of creation. */
  position: Position;
  name: string;
  state: string;
  /** 1 once the run has ended; a coordinator resumes runs that have 0 here. */
  ended: number;
  revision: number;
  error: string;
  client: string;
  sweep: string | null;
  create_time: number;
  end_time: number | null;
  /** The name of the run's kind, which says what it computes. */
  kind: string;
  /** JSON; see records.ts. */
  specification: string;
  outcome_shard_count: number | null;
  outcome_disagreement_count: number | null;
  /** See partialRecord.ts. */
  outcome_sums: Buffer | null;
  /** JSON; null if there is no outcome, or an earlier version has written it. */
  outcome_computations: string | null;
  checksum: Checksum;
}

export interface SweepsTable {
  /** Order of creation. */
  position: Position;
  name: string;
  display_name: string;
  create_time: number;
  /** A JSON array of names. */
  runs: string;
  checksum: Checksum;
}

export interface PartialsTable {
  run: ColumnType<string, string, never>;
  shard_index: ColumnType<number, number, never>;
  digest: string;
  /** See partialRecord.ts. */
  partial: Buffer;
  /** The checksum in the partial's header; null if an earlier version has written the row. */
  partial_checksum: number | null;
  /** Null if an earlier version has written the row. */
  checksum: Checksum;
}

/** The merges of a run's first partials, from which a coordinator resumes the run. */
export interface FoldsTable {
  run: ColumnType<string, string, never>;
  shard_count: ColumnType<number, number, never>;
  /** See partialRecord.ts. */
  sums: Buffer;
  /** JSON; null if an earlier version has written the row. */
  computations: string | null;
  /** Null if an earlier version has written the row. */
  checksum: Checksum;
}

export interface RequestsTable {
  request_id: string;
  fingerprint: string;
  resource: string;
  checksum: Checksum;
}

/** The table of one row that says which coordinator leads. */
export interface LeadershipTable {
  id: number;
  /** Grows by one with every leader; writes of an earlier leader are refused. */
  epoch: number;
  /** The leader's host and process, for people to read. */
  holder: string;
  /**
   * The last epoch whose leader kept checksums; null before the first. A leader of an earlier
   * version does not know this column, and rewrites rows without their checksums.
   */
  checked_epoch: number | null;
}

/** The heartbeat's table of one row, apart from the leadership, which every transaction reads. */
export interface HeartbeatTable {
  id: number;
  /** The leader's last heartbeat in milliseconds since 1970, by the database's clock. */
  time: number;
}

export interface LedgerTables {
  runs: RunsTable;
  sweeps: SweepsTable;
  partials: PartialsTable;
  folds: FoldsTable;
  requests: RequestsTable;
  leadership: LeadershipTable;
  heartbeat: HeartbeatTable;
}
