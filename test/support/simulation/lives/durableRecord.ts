import type { RunRecord } from "../../../../coordinator/ledger/ledger.ts";
import { runFromRow } from "../../../../coordinator/ledger/records.ts";
import { KINDS } from "../../../../shared/kinds/kinds.ts";
import { hasEnded } from "../../../../shared/wire/runStates.ts";
import type { RequestRow, RunRow, SweepRow, Tables } from "./tables.ts";

/** A shard that a commit left in the ledger. */
export interface DurableShard {
  readonly run: string;
  readonly shardIndex: number;
  readonly digest: string;
  /** The shard's digest at the commit before. */
  readonly earlier: string | undefined;
}

/** Checks of what a commit has made durable. */
export interface CommitChecks {
  shard(record: DurableRecord, shard: DurableShard): void;
  deletion(record: DurableRecord, run: string, shardIndex: number): void;
  run(record: DurableRecord, name: string): void;
  changed(record: DurableRecord, now: RunRecord, earlier: RunRecord | undefined): void;
  whole(
    record: DurableRecord,
    runs: readonly RunRow[],
    sweeps: readonly SweepRow[],
    requests: readonly RequestRow[],
  ): void;
}

/** Everything that was committed, read from the database itself after every commit. */
export class DurableRecord {
  readonly #checks: CommitChecks;
  /** All records that each run has had, the latest last. */
  readonly #runs = new Map<string, RunRecord[]>();
  /** Digests by run and shard index. */
  #shards = new Map<string, Map<number, string>>();
  #sweeps: readonly string[] = [];
  /** Shards that were ever deleted, as `run#index`. */
  readonly #deleted = new Set<string>();
  /** Deletions of the open transaction. */
  #deletions: [run: string, shardIndex: number][] = [];
  /** Runs that somebody asked to extend. */
  readonly #extended = new Set<string>();

  constructor(checks: CommitChecks) {
    this.#checks = checks;
  }

  /** Names of all runs. */
  get runs(): string[] {
    return [...this.#runs.keys()];
  }

  get sweeps(): readonly string[] {
    return this.#sweeps;
  }

  runsOf(sweep: string): string[] {
    return this.runs.filter((name) => this.run(name)?.sweep === sweep);
  }

  run(name: string): RunRecord | undefined {
    return this.#runs.get(name)?.at(-1);
  }

  hasEnded(name: string): boolean {
    const run = this.run(name);
    return run !== undefined && hasEnded(run.state);
  }

  hasBeen(name: string, holds: (record: RunRecord) => boolean): boolean {
    return this.#runs.get(name)?.some(holds) ?? false;
  }

  /** The digests of a run's shards. */
  shards(run: string): ReadonlyMap<number, string> {
    return this.#shards.get(run) ?? new Map<number, string>();
  }

  wasDeleted(run: string, shardIndex: number): boolean {
    return this.#deleted.has(`${run}#${shardIndex}`);
  }

  wasExtended(run: string): boolean {
    return this.#extended.has(run);
  }

  /** Takes note that somebody asks to extend the run. */
  extensionAsked(run: string): void {
    this.#extended.add(run);
  }

  /** Takes note that the deletion of a shard is about to be executed. */
  deleted([run, shardIndex]: readonly unknown[]): void {
    this.#deleted.add(`${String(run)}#${String(shardIndex)}`);
    this.#deletions.push([String(run), Number(shardIndex)]);
  }

  /** Takes note that the open transaction is undone. */
  undone(): void {
    this.#deletions = [];
  }

  committed(tables: Tables): void {
    const before = this.#shards;
    this.#shards = new Map();
    for (const { run, shard_index: shardIndex, digest } of tables.digests()) {
      const shards = this.#shards.get(run) ?? new Map<number, string>();
      this.#shards.set(run, shards.set(shardIndex, digest));
      const earlier = before.get(run)?.get(shardIndex);
      this.#checks.shard(this, { run, shardIndex, digest, earlier });
    }
    for (const [run, shardIndex] of this.#deletions) {
      this.#checks.deletion(this, run, shardIndex);
    }
    this.#deletions = [];
    const rows = tables.runs();
    for (const row of rows) this.#read(row);
    const sweeps = tables.sweeps();
    this.#sweeps = sweeps.map(({ name }) => name);
    this.#checks.whole(this, rows, sweeps, tables.requests());
  }

  #read(row: RunRow): void {
    const { name, revision, state } = row;
    const history = this.#runs.get(name) ?? [];
    this.#runs.set(name, history);
    const earlier = history.at(-1);
    if (earlier?.revision !== revision || earlier.state !== state) {
      const record = runFromRow(row, KINDS);
      history.push(record);
      this.#checks.changed(this, record, earlier);
    }
    this.#checks.run(this, name);
  }
}
