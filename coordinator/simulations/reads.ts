import { setImmediate as othersFirst } from "node:timers/promises";

import { status as Code } from "@grpc/grpc-js";

import type { RunSpecification } from "../../shared/kinds/kind.ts";
import type { ReplicaSums } from "../../shared/statistics/replicaSums.ts";
import { ApiError } from "../../shared/wire/errorDetails.ts";
import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep } from "../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { hasEnded } from "../../shared/wire/runStates.ts";
import type { Engine, Fleet } from "../engine/engine.ts";
import {
  DamagedRecord,
  type Ledger,
  type Page,
  type RunRecord,
  type SweepRecord,
} from "../ledger/ledger.ts";
import { Mutex } from "../ledger/mutex.ts";
import { slices } from "../plan/slices.ts";
import type { RunProgress } from "../scheduler/runProgress.ts";
import { convergence } from "./convergence.ts";
import { lostRunView, damagedRunView, type LostRun } from "./damagedRunView.ts";
import { runSummary, runView } from "./runView.ts";
import { sweepStanding } from "./sweepStanding.ts";
import { sweepEntry, sweepView } from "./sweepView.ts";
import { NO_COUNT, workCount, type WorkCount } from "./workCount.ts";

/** Runs whose records are read at a time: each takes a tenth of a millisecond. */
const RUNS_AT_ONCE = 32;

export interface ReadsOptions {
  readonly engine: Engine;
  readonly ledger: Ledger;
  /** Seconds, the engine's. */
  readonly clock: () => number;
}

/** What a run's charts are drawn from. */
export interface FoldedRun {
  readonly specification: RunSpecification;
  /** The fold as far as it is known; undefined before the first shard. */
  readonly sums: ReplicaSums | undefined;
}

/**
 * Everything that can be looked at: runs, sweeps and the fleet as they stand. What is under way
 * comes from the engine, the rest from the ledger.
 */
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

  // Runs

  /** @throws ApiError NOT_FOUND */
  async run(name: string): Promise<Run> {
    const record = await this.#recordOrDamage(name);
    if (record instanceof DamagedRecord) return damagedRunView(record);
    return runView(record, this.#engine.work(name), this.#clock());
  }

  /** A run with how its estimates came about, folded anew from the ledger. */
  async withConvergence(run: Run): Promise<Run> {
    const { name = "", shardCount = 0 } = run;
    const { specification } = await this.runRecord(name);
    // One at a time: it is long work for somebody who only reads.
    const points = await this.#foldings.run(() =>
      convergence(specification, this.#ledger.shards(name), shardCount),
    );
    return { ...run, convergence: points };
  }

  /** A run without its checkpoints, which are most of it. @throws ApiError NOT_FOUND */
  async runSummary(name: string): Promise<Run> {
    const record = await this.#recordOrDamage(name);
    if (record instanceof DamagedRecord) return damagedRunView(record);
    return runSummary(record, this.#engine.work(name), this.#clock());
  }

  /** Runs without their checkpoints, in the order of their names; lost ones have failed. */
  async *summaries(names: readonly string[]): AsyncGenerator<Run> {
    for await (const found of this.#found(names)) {
      if ("failure" in found) yield lostRunView(found);
      else yield runSummary(found, this.#engine.work(found.name), this.#clock());
    }
  }

  /** Runs in the order of their names. @throws ApiError NOT_FOUND */
  async *views(names: readonly string[]): AsyncGenerator<Run> {
    for await (const record of this.runRecords(names)) {
      yield runView(record, this.#engine.work(record.name), this.#clock());
    }
  }

  /** Summaries of the oldest runs that are being propagated, at most so many. */
  startedRuns(maximum: number): Run[] {
    const runs: Run[] = [];
    for (const record of this.#engine.unfinishedRecords.values()) {
      const work = this.#engine.work(record.name);
      if (work?.active.started !== true) continue;
      runs.push(runSummary(record, work, this.#clock()));
      if (runs.length === maximum) break;
    }
    return runs;
  }

  /** How far a run is. @throws ApiError NOT_FOUND */
  async workCount(name: string): Promise<WorkCount> {
    const record = await this.#recordOrDamage(name);
    if (record instanceof DamagedRecord) return NO_COUNT;
    return workCount(record, this.#engine.activeRun(name), this.#clock());
  }

  /** @throws ApiError NOT_FOUND */
  async foldedRun(name: string): Promise<FoldedRun> {
    const { specification, outcome } = await this.runRecord(name);
    const folded = this.#engine.activeRun(name)?.progress.folded;
    return { specification, sums: folded ?? outcome?.sums };
  }

  /** The fold of a run that has not ended, and its estimates. */
  progressOf(name: string): Pick<RunProgress, "folded" | "estimates"> | undefined {
    return this.#engine.activeRun(name)?.progress;
  }

  /** Newest first. @throws InvalidPageToken */
  async runs(pageSize: number, pageToken: string) {
    const { records, nextPageToken } = await this.#ledger.runs(pageSize, pageToken);
    const runs = records.map(async (record) => {
      if ("damage" in record) return damagedRunView(record.damage);
      const { name } = record;
      return runView(await this.#newest(record, name), this.#engine.work(name), this.#clock());
    });
    return { runs: await Promise.all(runs), nextPageToken };
  }

  /** Newest first. @throws InvalidPageToken */
  async runNames(pageSize: number, pageToken: string) {
    const { records, nextPageToken } = await this.#ledger.runs(pageSize, pageToken);
    return { names: records.map(({ name }) => name), nextPageToken };
  }

  /** @throws ApiError NOT_FOUND; DamagedRecord */
  async runRecord(name: string): Promise<RunRecord> {
    const record = await this.#engine.record(name);
    if (record !== undefined) return record;
    throw notFound(name);
  }

  async #recordOrDamage(name: string): Promise<RunRecord | DamagedRecord> {
    return this.runRecord(name).catch((error: unknown) => {
      if (error instanceof DamagedRecord) return error;
      throw error;
    });
  }

  /**
   * Records of runs, in the order of their names. They are read some at a time, with pauses for others
   * to have their turn.
   *
   * @throws ApiError NOT_FOUND; DamagedRecord
   */
  async *runRecords(names: readonly string[]): AsyncGenerator<RunRecord> {
    for (const some of slices(names, RUNS_AT_ONCE)) {
      const stored = await this.#stored(some);
      for (const name of some) yield await this.#newest(stored.get(name), name);
      await othersFirst();
    }
  }

  /** Records of runs that have ended, or that are about to, by their names. */
  async #stored(names: readonly string[]): Promise<ReadonlyMap<string, RunRecord>> {
    const { unfinishedRecords } = this.#engine;
    const stored = await this.#ledger.runsNamed(
      names.filter((name) => !unfinishedRecords.has(name)),
    );
    return new Map(stored.map((record) => [record.name, record]));
  }

  /** Records of runs; in the place of those that cannot be had, the reasons. */
  async *#found(names: readonly string[]): AsyncGenerator<RunRecord | LostRun> {
    for (const some of slices(names, RUNS_AT_ONCE)) {
      const stored = await this.#stored(some);
      // A run may have ended, or have been extended, while the others were read.
      for (const name of some) {
        yield await this.#newest(stored.get(name), name).catch((failure: Error) => ({
          name,
          failure,
        }));
      }
      await othersFirst();
    }
  }

  /** Records of runs, like `runRecords`, but for those that are damaged or missing. */
  async *intactRecords(names: readonly string[]): AsyncGenerator<RunRecord> {
    for await (const found of this.#found(names)) {
      if (!("failure" in found)) yield found;
      // This throws if the reason is another one.
      else lostRunView(found);
    }
  }

  /** The record that the ledger had a moment ago, or what has come of it. */
  async #newest(read: RunRecord | undefined, name: string): Promise<RunRecord> {
    const active = this.#engine.unfinishedRecords.get(name);
    if (active !== undefined) return active;
    if (read !== undefined && hasEnded(read.state)) return read;
    // It has ended meanwhile, or is about to go on.
    return this.runRecord(name);
  }

  // Sweeps

  /** @throws ApiError NOT_FOUND */
  async sweep(name: string): Promise<Sweep> {
    const record = await this.sweepRecord(name);
    return sweepView(record, await Array.fromAsync(this.summaries(record.runs)));
  }

  /** Newest first, without their runs. @throws InvalidPageToken */
  async sweeps(pageSize: number, pageToken: string) {
    const { records, nextPageToken } = await this.sweepRecords(pageSize, pageToken);
    const states = await this.#ledger.sweepStates(records.map(({ name }) => name));
    const { unfinishedRecords } = this.#engine;
    const sweeps = records.map((record): Sweep => {
      const working = record.runs.flatMap((run) => unfinishedRecords.get(run)?.state ?? []);
      return sweepEntry(record, sweepStanding(states.get(record.name) ?? new Map(), working));
    });
    return { sweeps, nextPageToken };
  }

  /** Newest first. @throws InvalidPageToken */
  async sweepRecords(pageSize: number, pageToken: string): Promise<Page<SweepRecord>> {
    return this.#ledger.sweeps(pageSize, pageToken);
  }

  /** @throws ApiError NOT_FOUND */
  async sweepRecord(name: string): Promise<SweepRecord> {
    const record = await this.#ledger.sweep(name);
    if (record !== undefined) return record;
    throw notFound(name);
  }

  // The fleet, and time

  /** Workers that have joined and are not lost, and those that may not join. */
  get fleet(): Fleet {
    return this.#engine.fleet;
  }

  /** Seconds of the engine's clock. */
  now(): number {
    return this.#clock();
  }

  /** Calls `listener` for every run that changes, until the returned call. */
  onRunChange(listener: (run: string, ended: boolean) => void): () => void {
    return this.#engine.onRunChange(listener);
  }
}

function notFound(name: string): ApiError {
  const [collection = ""] = name.split("/");
  return new ApiError(
    Code.NOT_FOUND,
    "NOT_FOUND",
    `'${name}' is unknown; see what there is with 'lyapunov ${collection} list'`,
  );
}
