import { status as Code } from "@grpc/grpc-js";

import { ApiError } from "../../shared/wire/errorDetails.ts";
import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep } from "../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { hasEnded } from "../../shared/wire/runStates.ts";
import type { Engine } from "../engine/engine.ts";
import type { Ledger, RunRecord, SweepRecord } from "../ledger/ledger.ts";
import { Mutex } from "../ledger/mutex.ts";
import { convergence } from "./convergence.ts";
import { runSummary, runView } from "./runView.ts";
import { sweepStanding } from "./sweepStanding.ts";
import { sweepEntry, sweepView } from "./sweepView.ts";

export interface ReadsOptions {
  readonly engine: Engine;
  readonly ledger: Ledger;
  /** Seconds, the engine's. */
  readonly clock: () => number;
}

/** Runs and sweeps as they stand: what is under way comes from the engine, the rest from the ledger. */
export class SimulationReads {
  readonly #engine: Engine;
  readonly #ledger: Ledger;
  readonly #clock: () => number;
  readonly #foldings = new Mutex();

  constructor({ engine, ledger, clock }: ReadsOptions) {
    this.#engine = engine;
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /** @throws ApiError NOT_FOUND */
  async run(name: string): Promise<Run> {
    const record = await this.runRecord(name);
    return runView(record, this.#engine.work(name), this.#clock());
  }

  /** The run as it was answered, with how its estimates came about, folded anew from the ledger. */
  async withConvergence(run: Run): Promise<Run> {
    const { name = "", shardCount = 0 } = run;
    const { specification } = await this.runRecord(name);
    // One at a time: it is long work for somebody who only reads.
    const points = await this.#foldings.run(() =>
      convergence(specification, this.#ledger.shards(name), shardCount),
    );
    return { ...run, convergence: points };
  }

  /**
   * The same without its checkpoints.
   *
   * @throws ApiError NOT_FOUND
   */
  async runSummary(name: string): Promise<Run> {
    const record = await this.runRecord(name);
    return runSummary(record, this.#engine.work(name), this.#clock());
  }

  async runs(pageSize: number, pageToken: string) {
    const { records, nextPageToken } = await this.#ledger.runs(pageSize, pageToken);
    const runs = records.map(async (record) => {
      const { name } = record;
      return runView(await this.#newest(record), this.#engine.work(name), this.#clock());
    });
    return { runs: await Promise.all(runs), nextPageToken };
  }

  /** @throws ApiError NOT_FOUND */
  async sweep(name: string): Promise<Sweep> {
    const record = await this.sweepRecord(name);
    return sweepView(record, await Promise.all(record.runs.map((run) => this.runSummary(run))));
  }

  async sweeps(pageSize: number, pageToken: string) {
    const { records, nextPageToken } = await this.#ledger.sweeps(pageSize, pageToken);
    const states = await this.#ledger.sweepStates(records.map(({ name }) => name));
    const { unfinishedRecords } = this.#engine;
    const sweeps = records.map((record): Sweep => {
      const working = record.runs.flatMap((run) => unfinishedRecords.get(run)?.state ?? []);
      return sweepEntry(record, sweepStanding(states.get(record.name) ?? new Map(), working));
    });
    return { sweeps, nextPageToken };
  }

  /** @throws ApiError NOT_FOUND */
  async runRecord(name: string): Promise<RunRecord> {
    const record = await this.#engine.record(name);
    if (record !== undefined) return record;
    throw notFound(name);
  }

  /** The record that the ledger had a moment ago, or what has come of it. */
  async #newest(read: RunRecord): Promise<RunRecord> {
    const active = this.#engine.unfinishedRecords.get(read.name);
    if (active !== undefined || hasEnded(read.state)) return active ?? read;
    // It has ended meanwhile, or is about to go on.
    return this.runRecord(read.name);
  }

  /** @throws ApiError NOT_FOUND */
  async sweepRecord(name: string): Promise<SweepRecord> {
    const record = await this.#ledger.sweep(name);
    if (record !== undefined) return record;
    throw notFound(name);
  }
}

function notFound(name: string): ApiError {
  return new ApiError(Code.NOT_FOUND, "NOT_FOUND", `'${name}' is not known here; list what is`);
}
