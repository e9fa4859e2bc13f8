import { sql, type Transaction } from "kysely";

import type { Fold } from "../plan/fold.ts";
import type { RecordedShard } from "../plan/recordedShard.ts";
import type { LedgerTransaction, RequestRecord, RunRecord, SweepRecord } from "./ledger.ts";
import {
  foldToRow,
  requestFromRow,
  requestToRow,
  runToRow,
  shardToRow,
  sweepToRow,
} from "./records.ts";
import type { LedgerTables } from "./schema.ts";

/** Partials in one INSERT; an engine takes some ten thousand parameters. */
const PARTIALS_AT_ONCE = 1000;
/** Runs in one INSERT, which has more parameters for each. */
const RUNS_AT_ONCE = 500;
/** Shards in one DELETE, whose condition names each of them; SQLite refuses one of a thousand. */
const DELETIONS_AT_ONCE = 200;

/** A shard that is deleted, or the first of those whose folds are. */
type ShardName = readonly [run: string, shardIndex: number];

/**
 * The writes of one transaction. Those that come by the thousand are gathered and executed together:
 * partials as they come in, runs and deletions as a whole sweep is cancelled or extended.
 */
export class SqlTransaction implements LedgerTransaction {
  readonly #transaction: Transaction<LedgerTables>;
  #partials: ReturnType<typeof shardToRow>[] = [];
  #deletedShards: ShardName[] = [];
  #deletedFolds: ShardName[] = [];
  /** The last record of each run, in the order in which the runs were put first. */
  #runs = new Map<string, RunRecord>();

  constructor(transaction: Transaction<LedgerTables>) {
    this.#transaction = transaction;
  }

  async request(requestId: string): Promise<RequestRecord | undefined> {
    const row = await this.#transaction
      .selectFrom("requests")
      .selectAll()
      .where("request_id", "=", requestId)
      .executeTakeFirst();
    return row && requestFromRow(row);
  }

  async putRequest(request: RequestRecord): Promise<void> {
    await this.#transaction.insertInto("requests").values(requestToRow(request)).execute();
  }

  async putRun(run: RunRecord): Promise<void> {
    this.#runs.set(run.name, run);
    if (this.#runs.size >= RUNS_AT_ONCE) await this.#flushRuns();
  }

  async putSweep(sweep: SweepRecord): Promise<void> {
    const { name: _name, ...changes } = sweepToRow(sweep);
    await this.#transaction
      .insertInto("sweeps")
      .values(sweepToRow(sweep))
      .onConflict((conflict) => conflict.column("name").doUpdateSet(changes))
      .execute();
  }

  async putShard(run: string, shard: RecordedShard): Promise<void> {
    await this.#flushDeletedShards();
    this.#partials.push(shardToRow(run, shard));
    if (this.#partials.length >= PARTIALS_AT_ONCE) await this.#flushPartials();
  }

  async deleteShard(run: string, shardIndex: number): Promise<void> {
    await this.#flushPartials();
    this.#deletedShards.push([run, shardIndex]);
    if (this.#deletedShards.length >= DELETIONS_AT_ONCE) await this.#flushDeletedShards();
  }

  async putFold(run: string, fold: Fold): Promise<void> {
    await this.#flushDeletedFolds();
    await this.#transaction.insertInto("folds").values(foldToRow(run, fold)).execute();
  }

  async deleteFolds(run: string, shardIndex: number): Promise<void> {
    this.#deletedFolds.push([run, shardIndex]);
    if (this.#deletedFolds.length >= DELETIONS_AT_ONCE) await this.#flushDeletedFolds();
  }

  /** Executes what was gathered. @throws Error if a shard is recorded already */
  async flush(): Promise<void> {
    await this.#flushPartials();
    await this.#flushDeletedShards();
    await this.#flushDeletedFolds();
    await this.#flushRuns();
  }

  async #flushPartials(): Promise<void> {
    const partials = this.#partials;
    this.#partials = [];
    if (partials.length === 0) return;
    await this.#transaction.insertInto("partials").values(partials).execute();
  }

  async #flushDeletedShards(): Promise<void> {
    const deleted = this.#deletedShards;
    this.#deletedShards = [];
    if (deleted.length === 0) return;
    await this.#transaction
      .deleteFrom("partials")
      .where((eb) =>
        eb.or(
          deleted.map(([run, shard]) =>
            eb.and([eb("run", "=", run), eb("shard_index", "=", shard)]),
          ),
        ),
      )
      .execute();
  }

  async #flushDeletedFolds(): Promise<void> {
    const deleted = this.#deletedFolds;
    this.#deletedFolds = [];
    if (deleted.length === 0) return;
    await this.#transaction
      .deleteFrom("folds")
      .where((eb) =>
        eb.or(
          deleted.map(([run, shard]) =>
            eb.and([eb("run", "=", run), eb("shard_count", ">", shard)]),
          ),
        ),
      )
      .execute();
  }

  async #flushRuns(): Promise<void> {
    const runs = [...this.#runs.values()].map(runToRow);
    this.#runs = new Map();
    const [first] = runs;
    if (first === undefined) return;
    const changed = Object.keys(first)
      .filter((column) => column !== "name")
      .map((column) => [column, sql<never>`excluded.${sql.ref(column)}`] as const);
    await this.#transaction
      .insertInto("runs")
      .values(runs)
      .onConflict((conflict) => conflict.column("name").doUpdateSet(Object.fromEntries(changed)))
      .execute();
  }
}
