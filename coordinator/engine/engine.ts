import type { LedgerTransaction, LedgerWrite, RunRecord } from "../ledger/ledger.ts";
import type { EngineOptions } from "./engineOptions.ts";
import { LedgerWriter } from "../ledger/ledgerWriter.ts";
import { Resubmissions } from "./resubmission.ts";
import type { ActiveRun } from "../scheduler/activeRun.ts";
import type { Worker } from "../scheduler/fleet.ts";
import type { SchedulerCommand, SchedulerEvent } from "../scheduler/events.ts";
import { Scheduler, type SchedulerView } from "../scheduler/scheduler.ts";
import { DEFAULT_PAGING, NO_WORK, type StoredWork } from "./resumeFromLedger.ts";
import { waitingReason } from "./waitingReason.ts";
import { RunRecords, type RunEnding, type RunListener } from "./runRecords.ts";
import { ShardStorage } from "./shardStorage.ts";
import { WorkerSinks, type WorkerSink } from "./workerSinks.ts";

/** The work of a run that has not ended. */
export interface RunWork {
  readonly active: ActiveRun;
  /** Why no worker can go on with the run, in a sentence; undefined if one can. */
  readonly waitsFor: string | undefined;
}

/** The workers, as readers see them. */
export interface Fleet {
  readonly workers: ReadonlyMap<string, Worker>;
  /** Workers that may not join any more, with the reasons. */
  readonly quarantined: ReadonlyMap<string, string>;
  readonly displayNameOf: (worker: string) => string;
}

/**
 * Feeds the scheduler with events, and carries out its commands on the ledger and the workers'
 * streams. Whatever it reports as ended or acknowledged is in the ledger.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #scheduler: Scheduler;
  readonly #writer: LedgerWriter;
  readonly #records: RunRecords;
  readonly #storage: ShardStorage;
  readonly #resubmissions: Resubmissions;
  readonly #sinks = new WorkerSinks();

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#scheduler = new Scheduler(options.scheduler, options.firstLease);
    this.#writer = new LedgerWriter(
      { transact: (work) => this.#transact(work) },
      options.onFatal,
      options.gather,
    );
    const write = (work: LedgerWrite) => this.write(work);
    const fail = (error: unknown) => {
      this.fail(error);
    };
    this.#records = new RunRecords({
      log: options.log,
      wallClock: options.wallClock,
      observer: options.observer,
      write,
    });
    this.#storage = new ShardStorage({
      ledger: options.ledger,
      paging: options.paging ?? DEFAULT_PAGING,
      records: this.#records,
      write,
      progressOf: (run) => this.activeRun(run)?.progress,
      dispatch: (event) => {
        this.dispatch(event);
      },
      fail,
      log: options.log,
      isCurrent: ({ run, load }) => this.activeRun(run)?.load === load,
      discard: (run, damaged) => {
        this.#resubmissions.discard(run, damaged);
      },
    });
    this.#resubmissions = new Resubmissions({
      log: options.log,
      ledger: options.ledger,
      unfinished: (run) => this.#records.get(run),
      withdraw: (runs) => this.withdraw(runs),
      remove: (run) => this.#remove([run]),
      ended: (run) => this.#records.ended(run),
      write,
      read: (record) => this.#storage.read(record),
      submit: (record, work) => {
        this.submit(record, work);
      },
      fail,
    });
  }

  /** Resumes the ledger's unfinished runs. */
  async start(): Promise<void> {
    for (const finding of this.#options.ledger.findings) this.#options.log.error(finding);
    for await (const record of this.#options.ledger.unfinishedRuns()) {
      if (record.state === "CANCELLING") {
        await this.#records.end([{ record, ending: { state: "CANCELLED" } }]);
      } else await this.#resume(record);
    }
  }

  /** Resolves once everything written so far is durable. */
  async flush(): Promise<void> {
    await this.#writer.flush();
  }

  dispatch(event: SchedulerEvent): void {
    for (const command of this.#scheduler.handle(event, this.#options.clock())) {
      this.#carryOut(command);
    }
  }

  /** The scheduler, for reading only. */
  get scheduler(): SchedulerView {
    return this.#scheduler;
  }

  /** Records of runs that have not ended, oldest first. */
  get unfinishedRecords(): ReadonlyMap<string, RunRecord> {
    return this.#records.all;
  }

  /** Writes that wait for the ledger's next commit. */
  get waitingWrites(): number {
    return this.#writer.waitingCount;
  }

  // Workers

  /** Why the worker may not join; undefined if it may. */
  quarantineReason(worker: string): string | undefined {
    return this.#scheduler.quarantineReason(worker);
  }

  /** Sends the worker's commands to `sink` from now on, instead of to an earlier stream. */
  attachWorker(worker: string, sink: WorkerSink): void {
    this.#sinks.attach(worker, sink);
  }

  detachWorker(worker: string, sink: WorkerSink): void {
    if (this.#sinks.detach(worker, sink)) this.dispatch({ kind: "worker_disconnected", worker });
  }

  isAttached(worker: string, sink: WorkerSink): boolean {
    return this.#sinks.isAttached(worker, sink);
  }

  /** The workers that have joined and are not lost, and those that may not join. */
  get fleet(): Fleet {
    const { workers, quarantined } = this.#scheduler;
    return {
      workers,
      quarantined,
      displayNameOf: (worker) => this.#sinks.displayNameOf(worker),
    };
  }

  // Runs

  /** A run's current record; undefined if there is no run of this name. */
  async record(name: string): Promise<RunRecord | undefined> {
    return this.#records.get(name) ?? (await this.#options.ledger.run(name));
  }

  /**
   * Waits while the run is withdrawn for doubtful shards or its end is on its way to the ledger.
   * Afterwards the run goes on, or has ended durably.
   */
  async settled(name: string): Promise<void> {
    await this.#resubmissions.retracted(name);
    await this.#records.ended(name);
  }

  /** True if the run is withdrawn for doubtful shards, or its end is on its way to the ledger. */
  protected isUnsettled(name: string): boolean {
    return this.#resubmissions.isRetracting(name) || this.#records.isEnding(name);
  }

  /** The work of a run that has not ended. */
  activeRun(name: string): ActiveRun | undefined {
    return this.#scheduler.runs.get(name);
  }

  /** The work of a run that has not ended, and what the run waits for. */
  work(name: string): RunWork | undefined {
    const active = this.activeRun(name);
    if (active === undefined) return undefined;
    return { active, waitsFor: waitingReason(this.#scheduler, active, this.fleet.displayNameOf) };
  }

  /** Starts work on a run whose record is in the ledger. */
  submit(record: RunRecord, work: StoredWork = NO_WORK): void {
    this.#records.put(record);
    const { name: run, specification } = record;
    this.#storage.begin(run, work.beginning.fold?.shardCount ?? 0);
    this.dispatch({ kind: "run_submitted", run, specification, ...work });
    this.#records.announce(run);
  }

  /** Resumes a run from what the ledger has of it. */
  async #resume(record: RunRecord): Promise<void> {
    const work = await this.#storage.read(record);
    if (work !== undefined) this.submit(record, work);
  }

  /**
   * Goes on with runs, ended or not, under records with longer stopping rules: with all of them or
   * with none, as they change in one transaction. A failure ends this coordinator.
   *
   * @param revise makes a run's new record of its current one.
   * @param onDurable is called once the new records are durable, before work on the runs begins.
   */
  async extend(
    runs: readonly string[],
    revise: (before: RunRecord) => RunRecord,
    onDurable: () => void,
  ): Promise<void> {
    await this.#resubmissions.extend(runs, revise, onDurable);
  }

  /** Stops work on runs that will be submitted again; resolves once pending writes are durable. */
  protected async withdraw(runs: readonly string[]): Promise<void> {
    while (runs.some((run) => this.#resubmissions.isRetracting(run))) {
      for (const run of runs) await this.#resubmissions.retracted(run);
    }
    await this.#remove(runs);
  }

  /** Makes the scheduler forget runs; resolves once pending writes are durable. */
  async #remove(runs: readonly string[]): Promise<void> {
    this.dispatch({ kind: "runs_withdrawn", runs });
    await this.#writer.flush();
  }

  /**
   * Cancels those of the runs that have not ended, all in one transaction. Resolves once that is
   * durable, to the names of the runs that it cancelled.
   */
  async cancel(runs: readonly string[]): Promise<readonly string[]> {
    // Nothing may happen between the last look and the cancellation.
    while (runs.some((run) => this.isUnsettled(run))) {
      for (const run of runs) await this.settled(run);
    }
    const records = runs.flatMap((run) => this.#records.get(run) ?? []);
    const ends = records.map(({ revision, ...record }) => ({
      record: { ...record, state: "CANCELLING" as const, revision: revision + 1 },
      ending: { state: "CANCELLED" as const, work: this.activeRun(record.name) },
    }));
    const names = records.map(({ name }) => name);
    this.dispatch({ kind: "runs_cancelled", runs: names });
    const ended = this.#records.end(ends);
    for (const name of names) this.#records.announce(name);
    await ended;
    return names;
  }

  /** Writes to the ledger, in order with all other writes; resolves once the write is durable. */
  protected async write(write: LedgerWrite): Promise<void> {
    await this.#writer.enqueue(write);
  }

  /**
   * Ends this coordinator; the next one begins with what is durable. Called when it is unknown what
   * the ledger holds, or when a run could not go on.
   */
  fail(error: unknown): void {
    this.#options.onFatal(error);
  }

  /** Calls `listener` whenever a run changes, until the returned function is called. */
  onRunChange(listener: RunListener): () => void {
    return this.#records.onChange(listener);
  }

  // Carrying out

  #carryOut(command: SchedulerCommand): void {
    const { log } = this.#options;
    switch (command.kind) {
      case "grant":
      case "revoke":
      case "acknowledge":
        this.#sinks.send(command);
        break;
      case "quarantine":
        log.error({ worker: command.worker }, `worker quarantined: ${command.reason}`);
        this.#sinks.send(command);
        break;
      case "record":
        void this.#storage.record(command.run, command.shard);
        break;
      case "load":
        void this.#storage.load(command);
        break;
      case "retract":
        this.#resubmissions.retract(command);
        break;
      case "partial_refused": {
        const { worker, run, shardIndex, reason, isImpossible } = command;
        const level = isImpossible ? "warn" : "debug";
        log[level]({ worker, run, shardIndex }, `a partial is acknowledged and dropped: ${reason}`);
        break;
      }
      case "run_started":
        this.#records.setState(command.run, "RUNNING");
        break;
      case "run_advanced":
        this.#records.announce(command.run);
        break;
      case "run_succeeded":
        void this.#end(command.run, { state: "SUCCEEDED", work: command });
        break;
      case "run_failed":
        log.error({ run: command.run }, `run failed: ${command.error}`);
        void this.#end(command.run, { state: "FAILED", error: command.error, work: command });
        break;
      case "disagreement":
        log.error(command, "a partial disagrees in bits with that of another attempt");
        this.#records.announce(command.run);
        break;
      case "shard_parked":
        log.error({ run: command.run, shardIndex: command.shardIndex }, command.error);
        this.#records.announce(command.run);
        break;
    }
  }

  async #end(run: string, ending: RunEnding): Promise<void> {
    const record = this.#records.get(run);
    if (record !== undefined) await this.#records.end([{ record, ending }]);
  }

  async #transact<Result>(
    work: (transaction: LedgerTransaction) => Promise<Result>,
  ): Promise<Result> {
    const { ledger, clock, observer } = this.#options;
    const start = clock();
    const result = await ledger.transact(work);
    observer?.committed(clock() - start);
    return result;
  }
}
