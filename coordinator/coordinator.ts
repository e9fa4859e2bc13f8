import { createHash } from "node:crypto";

import { status as Code } from "@grpc/grpc-js";
import type { Logger } from "pino";

import type { RunSpecification } from "../shared/network/specification.ts";
import { parseStoppingRule, type StoppingRuleInput } from "../shared/network/stoppingRuleInput.ts";
import { ValidationError } from "../shared/network/violations.ts";
import { extensionProblem } from "../shared/statistics/stoppingRule.ts";
import { ApiError } from "../shared/wire/errorDetails.ts";
import type { Run } from "../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep } from "../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { stoppingRuleToMessage } from "../shared/wire/specificationMessages.ts";
import { hasEnded, type Ledger, type RunRecord, type RunState, type SweepRecord } from "./ledger/ledger.ts";
import { LedgerWriter } from "./ledger/ledgerWriter.ts";
import { Mutex } from "./mutex.ts";
import { runView, specificationView } from "./runView.ts";
import type { RecordedShard, SchedulerCommand, SchedulerEvent } from "./scheduler/messages.ts";
import { DEFAULT_SCHEDULER_OPTIONS, type SchedulerOptions } from "./scheduler/options.ts";
import type { RunProgress } from "./scheduler/runProgress.ts";
import { Scheduler } from "./scheduler/scheduler.ts";
import { ShardPlan } from "./shardPlan.ts";
import { sweepView } from "./sweepView.ts";

/** What the coordinator needs from outside: it has no clock and no randomness of its own. */
export interface CoordinatorOptions {
  readonly ledger: Ledger;
  readonly log: Logger;
  /** Seconds of a clock that does not jump. */
  readonly clock: () => number;
  /** Milliseconds since the epoch. */
  readonly wallClock: () => number;
  /** A fresh identifier of letters and digits. */
  readonly newId: () => string;
  /** Called once if the ledger fails: nothing can be promised any more. */
  readonly onFatal: (error: unknown) => void;
  readonly scheduler?: SchedulerOptions;
}

/** Commands that go to a worker's stream. */
export type WorkerCommand = Extract<
  SchedulerCommand,
  { kind: "grant" | "revoke" | "acknowledge" | "quarantine" }
>;

type RunChangeListener = (run: string) => void;

/** How a creation is repeated safely, and whether it is one at all. */
export interface CreationOptions {
  readonly requestId: string;
  readonly validateOnly: boolean;
}

/**
 * The coordinator's shell: it feeds the scheduler with events, carries out its commands on the
 * ledger and the workers' streams, and answers what clients ask. What it reports as ended or
 * acknowledged is in the ledger.
 */
export class Coordinator {
  readonly #options: CoordinatorOptions;
  readonly #scheduler: Scheduler;
  readonly #writer: LedgerWriter;
  /** Records of runs that have not ended. */
  readonly #records = new Map<string, RunRecord>();
  readonly #workers = new Map<string, (command: WorkerCommand) => void>();
  readonly #listeners = new Set<RunChangeListener>();
  /** Creations, cancellations and extensions do not overlap. */
  readonly #mutex = new Mutex();

  constructor(options: CoordinatorOptions) {
    this.#options = options;
    this.#scheduler = new Scheduler(options.scheduler ?? DEFAULT_SCHEDULER_OPTIONS);
    this.#writer = new LedgerWriter(options.ledger, options.onFatal);
  }

  get schedulerOptions(): SchedulerOptions {
    return this.#options.scheduler ?? DEFAULT_SCHEDULER_OPTIONS;
  }

  /** Takes up again what the ledger holds unfinished. */
  async start(): Promise<void> {
    for await (const record of this.#options.ledger.unfinishedRuns()) {
      if (record.state === "CANCELLING") await this.#end(record, "CANCELLED", "", undefined);
      else await this.#submit(record, await this.#recordedShards(record.name));
    }
  }

  /** Resolves once everything said so far is durable. */
  async close(): Promise<void> {
    await this.#writer.flush();
    await this.#options.ledger.close();
  }

  // Workers

  /** Why the worker may not join, if it may not. */
  quarantineReason(worker: string): string | undefined {
    return this.#scheduler.quarantineReason(worker);
  }

  /** Commands for the worker go to `send` from now on. */
  attachWorker(worker: string, send: (command: WorkerCommand) => void): void {
    this.#workers.set(worker, send);
  }

  detachWorker(worker: string, send: (command: WorkerCommand) => void): void {
    // A worker that joined again on a new stream is not detached by the end of the old one.
    if (this.#workers.get(worker) !== send) return;
    this.#workers.delete(worker);
    this.dispatch({ kind: "worker_disconnected", worker });
  }

  isAttached(worker: string, send: (command: WorkerCommand) => void): boolean {
    return this.#workers.get(worker) === send;
  }

  dispatch(event: SchedulerEvent): void {
    for (const command of this.#scheduler.handle(event, this.#options.clock())) {
      this.#carryOut(command);
    }
  }

  // Runs

  async createRun(specification: RunSpecification, options: CreationOptions): Promise<Run> {
    if (options.validateOnly) return specificationView(specification);
    const fingerprint = fingerprintOf([specification]);
    const name = await this.#mutex.run(async () => {
      const record = this.#newRun(specification);
      const resource = await this.#insert(options.requestId, fingerprint, record.name, [record]);
      return resource;
    });
    return this.run(name);
  }

  /** @throws ApiError NOT_FOUND */
  async run(name: string): Promise<Run> {
    const record = await this.#record(name);
    return runView(record, this.#scheduler.runs.get(name), this.#options.clock());
  }

  async runs(pageSize: number, pageToken: string) {
    const { records, nextPageToken } = await this.#options.ledger.runs(pageSize, pageToken);
    return { runs: await Promise.all(records.map(({ name }) => this.run(name))), nextPageToken };
  }

  async cancelRun(name: string): Promise<Run> {
    await this.#mutex.run(async () => {
      const record = await this.#record(name);
      if (hasEnded(record.state)) {
        throw new ApiError(
          Code.FAILED_PRECONDITION,
          "ALREADY_ENDED",
          `${name} has ended (${record.state}); only a run that has not can be cancelled`,
        );
      }
      await this.#cancel(record);
    });
    return this.run(name);
  }

  async extendRun(name: string, rule: StoppingRuleInput, etag: string): Promise<Run> {
    await this.#mutex.run(async () => {
      if (etag !== "" && (await this.run(name)).etag !== etag) {
        throw new ApiError(
          Code.ABORTED,
          "ETAG_MISMATCH",
          `${name} has changed since etag ${etag}; read it again`,
        );
      }
      await this.#extend(await this.#checkedExtension(name, rule));
    });
    return this.run(name);
  }

  // Sweeps

  async createSweep(
    displayName: string,
    specifications: readonly RunSpecification[],
    options: CreationOptions,
  ): Promise<Sweep> {
    if (options.validateOnly) return { displayName, runs: specifications.map(specificationView) };
    const fingerprint = fingerprintOf([displayName, ...specifications]);
    const name = await this.#mutex.run(async () => {
      const sweep = `sweeps/${this.#options.newId()}`;
      const records = specifications.map((specification) => this.#newRun(specification, sweep));
      return this.#insert(options.requestId, fingerprint, sweep, records, {
        name: sweep,
        displayName,
        runs: records.map((record) => record.name),
        createTime: this.#options.wallClock(),
      });
    });
    return this.sweep(name);
  }

  /** @throws ApiError NOT_FOUND */
  async sweep(name: string): Promise<Sweep> {
    const record = await this.#sweepRecord(name);
    return sweepView(record, await Promise.all(record.runs.map((run) => this.run(run))));
  }

  async sweeps(pageSize: number, pageToken: string) {
    const { records, nextPageToken } = await this.#options.ledger.sweeps(pageSize, pageToken);
    const sweeps = await Promise.all(
      records.map(async ({ name }): Promise<Sweep> => ({ ...(await this.sweep(name)), runs: [] })),
    );
    return { sweeps, nextPageToken };
  }

  async cancelSweep(name: string): Promise<Sweep> {
    await this.#mutex.run(async () => {
      const { runs } = await this.#sweepRecord(name);
      for (const run of runs) {
        const record = await this.#record(run);
        if (!hasEnded(record.state)) await this.#cancel(record);
      }
    });
    return this.sweep(name);
  }

  async extendSweep(name: string, rule: StoppingRuleInput): Promise<Sweep> {
    await this.#mutex.run(async () => {
      const { runs } = await this.#sweepRecord(name);
      // All are checked before the first is touched: the sweep is extended as a whole or not at all.
      const extended: RunRecord[] = [];
      for (const run of runs) extended.push(await this.#checkedExtension(run, rule));
      for (const record of extended) await this.#extend(record);
    });
    return this.sweep(name);
  }

  /** Calls `listener` with the name of every run that changes, until the returned call. */
  onRunChange(listener: RunChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // Carrying out

  #carryOut(command: SchedulerCommand): void {
    const { log } = this.#options;
    switch (command.kind) {
      case "grant":
      case "revoke":
      case "acknowledge":
        this.#workers.get(command.worker)?.(command);
        break;
      case "quarantine":
        log.error({ worker: command.worker }, `worker quarantined: ${command.reason}`);
        this.#workers.get(command.worker)?.(command);
        break;
      case "record":
        this.#recordShard(command.run, command.shard);
        break;
      case "run_started":
        this.#update(command.run, { state: "RUNNING" });
        break;
      case "run_advanced":
        this.#announce(command.run);
        break;
      case "run_succeeded":
        this.#endActive(command.run, "SUCCEEDED", "", command.progress);
        break;
      case "run_failed":
        log.error({ run: command.run }, `run failed: ${command.error}`);
        this.#endActive(command.run, "FAILED", command.error, command.progress);
        break;
      case "disagreement":
        log.error(command, "a partial disagrees with the accepted one in bits");
        this.#announce(command.run);
        break;
      case "shard_parked":
        log.error({ run: command.run, shardIndex: command.shardIndex }, command.error);
        this.#announce(command.run);
        break;
    }
  }

  #recordShard(run: string, shard: RecordedShard): void {
    void this.#writer
      .enqueue((transaction) => transaction.putShard(run, shard))
      .then(() => {
        this.dispatch({ kind: "shard_recorded", run, shardIndex: shard.shardIndex });
      });
  }

  #update(name: string, change: { readonly state: RunState }): void {
    const record = this.#records.get(name);
    if (record === undefined || record.state === change.state) return;
    const changed = { ...record, ...change, revision: record.revision + 1 };
    this.#records.set(name, changed);
    void this.#writer.enqueue((transaction) => transaction.putRun(changed));
    this.#announce(name);
  }

  #endActive(name: string, state: RunState, error: string, progress: RunProgress): void {
    const record = this.#records.get(name);
    if (record !== undefined) void this.#end(record, state, error, progress);
  }

  /** Resolves once the end is durable; until then the run is seen as it was. */
  async #end(
    record: RunRecord,
    state: RunState,
    error: string,
    progress: RunProgress | undefined,
  ): Promise<void> {
    const { folded } = progress ?? {};
    const ended: RunRecord = {
      ...record,
      state,
      error,
      endTime: this.#options.wallClock(),
      revision: record.revision + 1,
      ...(progress && folded && { outcome: { shardCount: progress.foldedShards, sums: folded } }),
    };
    // Watchers see the last estimate while the end is on its way to the ledger.
    this.#records.set(record.name, { ...ended, state: record.state, revision: record.revision });
    await this.#writer.enqueue((transaction) => transaction.putRun(ended));
    this.#records.delete(record.name);
    this.#options.log.info({ run: record.name, state }, "run ended");
    this.#announce(record.name);
  }

  async #cancel(record: RunRecord): Promise<void> {
    this.#update(record.name, { state: "CANCELLING" });
    const progress = this.#scheduler.runs.get(record.name)?.progress;
    this.dispatch({ kind: "run_withdrawn", run: record.name });
    const cancelling = this.#records.get(record.name) ?? record;
    await this.#end(cancelling, "CANCELLED", "", progress);
  }

  async #checkedExtension(name: string, input: StoppingRuleInput): Promise<RunRecord> {
    const record = await this.#record(name);
    const stoppingRule = parseStoppingRule(input);
    const progress = this.#scheduler.runs.get(name)?.progress;
    const replicaCount = progress?.folded?.replicaCount ?? record.outcome?.sums.replicaCount ?? 0;
    const problem = extensionProblem(record.specification.stoppingRule, stoppingRule, replicaCount);
    if (problem !== undefined) {
      throw new ValidationError([{ field: "stopping_rule", description: `${name}: ${problem}` }]);
    }
    const { endTime: _endTime, outcome: _outcome, ...kept } = record;
    return {
      ...kept,
      specification: { ...record.specification, stoppingRule },
      state: "QUEUED",
      error: "",
      revision: record.revision + 1,
    };
  }

  /** Submits the run anew under its longer rule, with all shards that still belong to its plan. */
  async #extend(record: RunRecord): Promise<void> {
    this.dispatch({ kind: "run_withdrawn", run: record.name });
    await this.#writer.flush();
    const plan = new ShardPlan(record.specification);
    const shards = await this.#recordedShards(record.name);
    // The last shard of the shorter rule may be a short one; the longer plan has it in full.
    const fits = ({ shardIndex, partial }: RecordedShard) =>
      plan.shard(shardIndex).replicaCount === partial.replicaCount;
    await this.#writer.enqueue(async (transaction) => {
      for (const shard of shards) {
        if (!fits(shard)) await transaction.deleteShard(record.name, shard.shardIndex);
      }
      await transaction.putRun(record);
    });
    await this.#submit(record, shards.filter(fits));
    this.#announce(record.name);
  }

  async #submit(record: RunRecord, recorded: readonly RecordedShard[]): Promise<void> {
    this.#records.set(record.name, record);
    const { name: run, specification } = record;
    this.dispatch({ kind: "run_submitted", run, specification, recorded });
  }

  /** Writes new records under the request's id; returns the resource that the id stands for. */
  async #insert(
    requestId: string,
    fingerprint: string,
    resource: string,
    runs: readonly RunRecord[],
    sweep?: SweepRecord,
  ): Promise<string> {
    const earlier = await this.#options.ledger.transact(async (transaction) => {
      const known = requestId === "" ? undefined : await transaction.request(requestId);
      if (known !== undefined) return known;
      for (const run of runs) await transaction.putRun(run);
      if (sweep !== undefined) await transaction.putSweep(sweep);
      if (requestId !== "") await transaction.putRequest({ requestId, fingerprint, resource });
      return undefined;
    });
    if (earlier === undefined) {
      for (const run of runs) await this.#submit(run, []);
      this.#options.log.info({ resource, runs: runs.length }, "created");
      return resource;
    }
    if (earlier.fingerprint === fingerprint) return earlier.resource;
    throw new ApiError(
      Code.ALREADY_EXISTS,
      "REQUEST_ID_REUSED",
      `request_id '${requestId}' was used for another request, which created ` +
        `${earlier.resource}; use a fresh one`,
    );
  }

  #newRun(specification: RunSpecification, sweep?: string): RunRecord {
    return {
      name: `runs/${this.#options.newId()}`,
      specification,
      state: "QUEUED",
      error: "",
      ...(sweep !== undefined && { sweep }),
      createTime: this.#options.wallClock(),
      revision: 1,
    };
  }

  async #record(name: string): Promise<RunRecord> {
    const record = this.#records.get(name) ?? (await this.#options.ledger.run(name));
    if (record !== undefined) return record;
    throw notFound(name);
  }

  async #sweepRecord(name: string): Promise<SweepRecord> {
    const record = await this.#options.ledger.sweep(name);
    if (record !== undefined) return record;
    throw notFound(name);
  }

  async #recordedShards(run: string): Promise<RecordedShard[]> {
    return Array.fromAsync(this.#options.ledger.shards(run));
  }

  #announce(run: string): void {
    for (const listener of this.#listeners) listener(run);
  }
}

function notFound(name: string): ApiError {
  return new ApiError(Code.NOT_FOUND, "NOT_FOUND", `'${name}' is not known here; list what is`);
}

/** Of a request's content; equal content has equal fingerprints. */
function fingerprintOf(parts: readonly (string | RunSpecification)[]): string {
  const canonical = parts.map((part) =>
    typeof part === "string"
      ? part
      : {
          ...part,
          seed: String(part.seed),
          stoppingRule: stoppingRuleToMessage(part.stoppingRule),
        },
  );
  return createHash("sha256").update(JSON.stringify(canonical)).digest("hex");
}
