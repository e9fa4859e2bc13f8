import type Database from "better-sqlite3";
import type { Selectable } from "kysely";

import type {
  PartialsTable,
  RequestsTable,
  RunsTable,
  SweepsTable,
} from "../../../../coordinator/ledger/schema.ts";

export type PartialRow = Selectable<PartialsTable>;
export type RunRow = Selectable<RunsTable>;
export type SweepRow = Selectable<SweepsTable>;
export type RequestRow = Selectable<RequestsTable>;

/** Reads the tables of a ledger's database directly, past the ledger. */
export class Tables {
  readonly #database: Database.Database;
  readonly #digests;
  readonly #runs;
  readonly #sweeps;
  readonly #requests;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#digests = database.prepare<[], Omit<PartialRow, "partial">>(
      "select run, shard_index, digest from partials",
    );
    this.#runs = database.prepare<[], RunRow>("select * from runs");
    this.#sweeps = database.prepare<[], SweepRow>("select * from sweeps");
    this.#requests = database.prepare<[], RequestRow>("select * from requests");
  }

  /** Digests of all partials, without the bytes, which would take most of the time. */
  digests(): Omit<PartialRow, "partial">[] {
    return this.#digests.all();
  }

  partials(): PartialRow[] {
    return this.#database.prepare<[], PartialRow>("select * from partials").all();
  }

  runs(): RunRow[] {
    return this.#runs.all();
  }

  sweeps(): SweepRow[] {
    return this.#sweeps.all();
  }

  requests(): RequestRow[] {
    return this.#requests.all();
  }
}
