import { isDeepStrictEqual } from "node:util";

import type { RunRecord } from "../../../../coordinator/ledger/ledger.ts";
import { runFromRow } from "../../../../coordinator/ledger/records.ts";
import { KINDS } from "../../../../shared/kinds/kinds.ts";
import type { StoppingRule } from "../../../../shared/specification/stoppingRule.ts";
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

/** What somebody asked for: to cancel, or to extend up to a rule. */
export interface Asked {
  /** Undefined: to cancel. */
  readonly rule: StoppingRule | undefined;
}

export interface AskedOfSweep extends Asked {
  readonly sweep: string;
}

interface AskedOfRun extends Asked {
  readonly run: string;
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
  readonly #askedOfSweeps: AskedOfSweep[] = [];
  /** What was asked of single runs. */
  readonly #askedOfRuns: AskedOfRun[] = [];

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

  /** What was asked of whole sweeps so far. */
  get askedOfSweeps(): readonly AskedOfSweep[] {
    return this.#askedOfSweeps;
  }

  /** Whether the same was asked of the run alone. */
  wasAskedAlone(run: string, rule: StoppingRule | undefined): boolean {
    return this.#askedOfRuns.some(
      (asked) => asked.run === run && isDeepStrictEqual(asked.rule, rule),
    );
  }

  /** All records that the run has had, the latest last. */
  history(run: string): readonly RunRecord[] {
    return this.#runs.get(run) ?? [];
  }

  /** Takes note that somebody asks to cancel the run, or to extend it up to a rule. */
  askedOfRun(run: string, rule?: StoppingRule): void {
    if (rule !== undefined) this.#extended.add(run);
    this.#askedOfRuns.push({ run, rule });
  }

  /** Takes note that somebody asks to cancel the sweep, or to extend it up to a rule. */
  askedOfSweep(sweep: string, rule?: StoppingRule): void {
    if (rule !== undefined) for (const run of this.runsOf(sweep)) this.#extended.add(run);
    this.#askedOfSweeps.push({ sweep, rule });
  }

  /** Takes note that the deletion of shards is about to be executed; the ledger names them in pairs. */
  deleted(parameters: readonly unknown[]): void {
    for (let i = 0; i < parameters.length; i += 2) {
      const [run, shardIndex] = [String(parameters[i]), Number(parameters[i + 1])];
      this.#deleted.add(`${run}#${shardIndex}`);
      this.#deletions.push([run, shardIndex]);
    }
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
