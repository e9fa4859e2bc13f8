import type { ColumnType, Generated } from "kysely";

/** A number that only the database gives out, ascending. */
type Position = Generated<number>;

/** Whole numbers; milliseconds since the epoch where it is a time. */
export interface RunsTable {
  /** Order of creation. */
  position: Position;
  name: string;
  state: string;
  /** 1 once the run has ended; a coordinator starts with the others. */
  ended: number;
  revision: number;
  error: string;
  client: string;
  sweep: string | null;
  create_time: number;
  end_time: number | null;
  /** What it computes: the name of a kind. */
  kind: string;
  /** JSON; see records.ts. */
  specification: string;
  outcome_shard_count: number | null;
  outcome_disagreement_count: number | null;
  /** See partialRecord.ts. */
  outcome_sums: Buffer | null;
}

export interface SweepsTable {
  /** Order of creation. */
  position: Position;
  name: string;
  display_name: string;
  create_time: number;
  /** A JSON array of names. */
  runs: string;
}

export interface PartialsTable {
  run: ColumnType<string, string, never>;
  shard_index: ColumnType<number, number, never>;
  digest: string;
  /** See partialRecord.ts. */
  partial: Buffer;
}

/** The merge of the partials of a run's first shards: where a coordinator takes it up again. */
export interface FoldsTable {
  run: ColumnType<string, string, never>;
  shard_count: ColumnType<number, number, never>;
  /** See partialRecord.ts. */
  sums: Buffer;
}

export interface RequestsTable {
  request_id: string;
  fingerprint: string;
  resource: string;
}

/** One row: who leads the coordinators that share the ledger. */
export interface LeadershipTable {
  id: number;
  /** Grows by one with every leader; what an earlier leader still writes is refused. */
  epoch: number;
  /** The leader's host and process, for people. */
  holder: string;
}

/** One row; not in the leadership's, which every transaction reads. */
export interface HeartbeatTable {
  id: number;
  /** The leader's last heartbeat: milliseconds since the epoch, by the database's clock. */
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
