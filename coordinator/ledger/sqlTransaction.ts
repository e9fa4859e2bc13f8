import type { Transaction } from "kysely";

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

/** The writes of one transaction. Partials are many, and are inserted together. */
export class SqlTransaction implements LedgerTransaction {
  readonly #transaction: Transaction<LedgerTables>;
  #partials: ReturnType<typeof shardToRow>[] = [];

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
    const { name: _name, ...changes } = runToRow(run);
    await this.#transaction
      .insertInto("runs")
      .values(runToRow(run))
      .onConflict((conflict) => conflict.column("name").doUpdateSet(changes))
      .execute();
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
    this.#partials.push(shardToRow(run, shard));
    if (this.#partials.length >= PARTIALS_AT_ONCE) await this.flush();
  }

  async deleteShard(run: string, shardIndex: number): Promise<void> {
    await this.flush();
    await this.#transaction
      .deleteFrom("partials")
      .where("run", "=", run)
      .where("shard_index", "=", shardIndex)
      .execute();
  }

  async putFold(run: string, fold: Fold): Promise<void> {
    await this.#transaction.insertInto("folds").values(foldToRow(run, fold)).execute();
  }

  async deleteFolds(run: string, shardIndex: number): Promise<void> {
    await this.#transaction
      .deleteFrom("folds")
      .where("run", "=", run)
      .where("shard_count", ">", shardIndex)
      .execute();
  }

  /** Inserts the gathered partials. @throws Error if a shard is recorded already */
  async flush(): Promise<void> {
    const partials = this.#partials;
    this.#partials = [];
    if (partials.length === 0) return;
    await this.#transaction.insertInto("partials").values(partials).execute();
  }
}
