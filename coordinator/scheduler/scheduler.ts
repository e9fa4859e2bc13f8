import type { ActiveRun } from "./activeRun.ts";
import { ShardResults } from "./shardResults.ts";
import { WorkerPresence } from "./workerPresence.ts";
import { SchedulerState } from "./schedulerState.ts";
import { Distrust, type DistrustCounts } from "./trust/distrust.ts";
import type { Lease, Worker } from "./fleet.ts";
import { Generators, type GeneratorWait } from "./generators.ts";
import { Granting } from "./granting.ts";
import { Lifecycle } from "./lifecycle.ts";
import type { SchedulerCommand, SchedulerEvent } from "./events.ts";
import {
  checkSchedulerOptions,
  DEFAULT_SCHEDULER_OPTIONS,
  type SchedulerOptions,
} from "./options.ts";
import { Recordings } from "./recordings.ts";
import type { SchedulerCounts } from "./schedulerCounts.ts";

/**
 * Events that come with every shard, or all at once when a fleet starts or leaves. Each must not
 * cost a pass over thousands of workers. Work that they bring for others is noticed as it appears,
 * or at the next tick.
 */
const CONCERNS_ONE_WORKER: ReadonlySet<SchedulerEvent["kind"]> = new Set([
  "shard_result",
  "shard_recorded",
  "shards_loaded",
  "worker_joined",
  "worker_disconnected",
]);

/** A shard on which workers contradict one another, and no other worker can settle it. */
export interface UnsettledDispute {
  readonly shardIndex: number;
  readonly workers: readonly string[];
}

/** What a scheduler shows to readers. */
export type SchedulerView = Pick<
  Scheduler,
  "runs" | "workers" | "leases" | "counts" | "recordingCount" | "isPresent" | "distrustCounts"
>;

/**
 * Decides who computes which shard. It is a pure state machine: events with a time go in and
 * commands come out; clocks, sockets and the ledger are the caller's. Runs share the fleet fairly,
 * and the shards of a run are granted in order. Nothing here changes an estimate, only when it is
 * ready.
 *
 * While a shard is open, a result of any attempt is taken, even an expired one. A replica is a pure
 * function of the specification, so an answer can be needless but never stale. Further answers are
 * compared with the first; see Distrust.
 */
export class Scheduler {
  readonly #state: SchedulerState;
  readonly #distrust: Distrust;
  readonly #granting: Granting;
  readonly #recordings = new Recordings();
  readonly #lifecycle: Lifecycle;
  readonly #generators: Generators;
  readonly #results: ShardResults;
  readonly #presence: WorkerPresence;

  /**
   * @param firstLease the number of the first lease; later leases count up from it.
   * @throws RangeError if an option is not allowed.
   */
  constructor(options: SchedulerOptions = DEFAULT_SCHEDULER_OPTIONS, firstLease = 1) {
    checkSchedulerOptions(options);
    this.#state = new SchedulerState(options);
    this.#distrust = new Distrust(options.doubleCheckInterval);
    this.#granting = new Granting(this.#state, this.#distrust, firstLease);
    this.#lifecycle = new Lifecycle(this.#state, this.#distrust, this.#recordings);
    this.#generators = new Generators(this.#state, this.#lifecycle);
    this.#results = new ShardResults(
      this.#state,
      this.#distrust,
      this.#recordings,
      this.#lifecycle,
      this.#generators,
    );
    this.#presence = new WorkerPresence(this.#state, this.#lifecycle);
  }

  get runs(): ReadonlyMap<string, ActiveRun> {
    return this.#state.runs;
  }

  get workers(): ReadonlyMap<string, Worker> {
    return this.#state.workers;
  }

  get leases(): ReadonlyMap<number, Lease> {
    return this.#state.leases;
  }

  get counts(): SchedulerCounts {
    return this.#state.counts;
  }

  /** Accepted partials on their way to the ledger. */
  get recordingCount(): number {
    return this.#recordings.count;
  }

  /** True if the worker takes leases. */
  isPresent(worker: Worker): boolean {
    return this.#state.isPresent(worker);
  }

  /** How often workers were checked, disagreed or were quarantined. */
  get distrustCounts(): DistrustCounts {
    return this.#distrust.counts;
  }

  /** True if there are workers, and none has the run's backend. */
  isBackendMissing(name: string): boolean {
    const run = this.runs.get(name);
    if (run === undefined || run.leases.size > 0) return false;
    const isPresent = (worker: Worker) => this.#state.isPresent(worker);
    if (![...this.workers.values()].some(isPresent)) return false;
    const { backends, wireKind } = run;
    const anyBits = { backends, wireKind, generator: undefined, superseded: new Set<string>() };
    return !this.#state.someServe(anyBits);
  }

  /** Why no worker goes on with the run, though some may hold leases of it. */
  generatorWait(name: string): GeneratorWait | undefined {
    const run = this.runs.get(name);
    return run?.started === true || run?.generator !== undefined
      ? this.#generators.wait(run)
      : undefined;
  }

  /** The run's first dispute that waits for a worker that has not taken a side. */
  unsettledDispute(name: string): UnsettledDispute | undefined {
    const run = this.runs.get(name);
    if (run === undefined) return undefined;
    for (const [shardIndex, dispute] of run.trust.disputes) {
      if (this.#mayBeAnswered(run, shardIndex)) continue;
      const { workers } = dispute;
      if (this.#state.someAnswer(run, (worker) => !workers.includes(worker))) continue;
      return { shardIndex, workers };
    }
    return undefined;
  }

  /** True if somebody holds the shard who has not long been silent. */
  #mayBeAnswered(run: ActiveRun, shardIndex: number): boolean {
    const leases = this.#state.leasesOfShard(run, shardIndex);
    return leases.some(({ device }) => !this.#state.isSilent(device));
  }

  /** Workers that may not join, with the reasons. */
  get quarantined(): ReadonlyMap<string, string> {
    return this.#distrust.quarantined;
  }

  /** Why a worker may not join; undefined if it may. */
  quarantineReason(worker: string): string | undefined {
    return this.#distrust.quarantineReason(worker);
  }

  /**
   * Takes one event and returns the commands to carry out, in order.
   *
   * @param at the time in seconds; if the clock jumps back, time stands still until it catches up.
   */
  handle(event: SchedulerEvent, at: number): readonly SchedulerCommand[] {
    this.#state.begin(at, !CONCERNS_ONE_WORKER.has(event.kind));
    const wasBehind = this.#isLedgerBehind;
    if ("worker" in event) this.#presence.heard(event.worker);
    switch (event.kind) {
      case "run_submitted":
        this.#lifecycle.submit(event);
        break;
      case "runs_withdrawn":
        for (const run of event.runs) this.#lifecycle.remove(run);
        break;
      case "runs_cancelled":
        for (const run of event.runs) this.#lifecycle.end(run);
        break;
      case "worker_joined":
        this.#presence.join(event);
        break;
      case "heartbeat":
        this.#presence.renew(event.heldLeases, event.worker);
        break;
      case "shard_result":
        this.#results.result(event);
        break;
      case "shard_failed":
        this.#results.failed(event);
        break;
      case "worker_draining":
        this.#presence.drain(event);
        break;
      case "worker_disconnected":
        this.#presence.disconnect(event.worker);
        break;
      case "shard_recorded":
        this.#results.recorded(event);
        break;
      case "shards_loaded":
        this.#lifecycle.loaded(event);
        break;
      case "tick":
        this.#presence.expire();
        this.#generators.supersede(this.#isLedgerBehind);
        break;
    }
    if (event.kind !== "heartbeat") {
      this.#lifecycle.settleChecked();
      if (wasBehind) this.#state.workAppeared = true;
      if (this.#isLedgerBehind) this.#granting.postpone();
      else this.#granting.grantAll();
    }
    return this.#state.commands;
  }

  /** True if too many partials wait for the ledger; nothing is granted then, to bound memory. */
  get #isLedgerBehind(): boolean {
    return this.#recordings.count >= this.#state.options.maximumRecordings;
  }
}
