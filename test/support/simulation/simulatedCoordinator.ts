import type { RecordedShard } from "../../../coordinator/plan/recordedShard.ts";
import type { SchedulerCommand, SchedulerEvent } from "../../../coordinator/scheduler/events.ts";
import type { SchedulerOptions } from "../../../coordinator/scheduler/options.ts";
import type { Scheduler } from "../../../coordinator/scheduler/scheduler.ts";
import { ShardRanges } from "../../../coordinator/plan/shardRanges.ts";
import { ShardPlan } from "../../../coordinator/plan/shardPlan.ts";
import type { PropagationSpecification } from "../../../shared/kinds/propagation/specification.ts";
import type { Channel, CoordinatorEnd, ToCoordinator } from "./channel.ts";
import { InvariantChecker } from "./invariants/checker.ts";
import type { SimulatedLedger } from "./simulatedLedger.ts";
import type { Trace } from "./trace.ts";

export type SchedulerFactory = (options: SchedulerOptions, firstLease: number) => Scheduler;

const PARTIALS_PER_PAGE = 3;
const SHARDS_PER_FOLD = 4;
/** Distance between the lease numbers of one life and the next, so that none repeats. */
const LEASES_OF_A_LIFE = 1_000_000;

export interface SimulatedCoordinatorOptions {
  readonly createScheduler: SchedulerFactory;
  readonly scheduler: SchedulerOptions;
  readonly ledger: SimulatedLedger;
  readonly trace: Trace;
  readonly clock: () => number;
  /** Called with every command of the scheduler. */
  readonly onCommand: (command: SchedulerCommand) => void;
}

/**
 * A real scheduler in a coordinator's shell like that of engine.ts and workSession.ts. Every event
 * is checked against the invariants.
 */
export class SimulatedCoordinator implements CoordinatorEnd {
  readonly #options: SimulatedCoordinatorOptions;
  readonly #channels = new Map<string, Channel>();
  /** Runs that are being extended: they are withdrawn and will be submitted anew. */
  readonly #extending = new Set<string>();
  /** Runs that are withdrawn until doubtful shards are out of the ledger. */
  readonly #retracting = new Set<string>();
  #firstLease = 1;
  #scheduler: Scheduler;
  #checker: InvariantChecker;

  constructor(options: SimulatedCoordinatorOptions) {
    this.#options = options;
    this.#scheduler = options.createScheduler(options.scheduler, this.#firstLease);
    this.#checker = this.#newChecker();
  }

  get scheduler(): Scheduler {
    return this.#scheduler;
  }

  /** Kills the coordinator and starts it again with what the ledger holds. */
  restart(): void {
    const { ledger, createScheduler, scheduler } = this.#options;
    ledger.crash();
    for (const channel of this.#channels.values()) channel.cut();
    this.#channels.clear();
    this.#extending.clear();
    this.#retracting.clear();
    this.#firstLease += LEASES_OF_A_LIFE;
    this.#scheduler = createScheduler(scheduler, this.#firstLease);
    this.#checker = this.#newChecker();
    for (const [run, { specification, state }] of ledger.runs) {
      if (state === "active") this.#submit(run, specification);
    }
  }

  tick(): void {
    this.#dispatch({ kind: "tick" });
  }

  createRun(run: string, specification: PropagationSpecification): void {
    const { ledger } = this.#options;
    ledger.putRun(run, { specification, state: "active" });
    this.#submit(run, specification);
  }

  cancelRun(run: string): void {
    const { ledger } = this.#options;
    const record = ledger.runs.get(run);
    if (record?.state !== "active" || this.#extending.has(run)) return;
    this.#retracting.delete(run);
    this.#dispatch({ kind: "runs_cancelled", runs: [run] });
    ledger.enqueue(() => {
      ledger.putRun(run, { ...record, state: "cancelled" });
    });
  }

  /** Withdraws the run and submits it anew with the recorded shards that fit its new plan. */
  extendRun(run: string, specification: PropagationSpecification): void {
    const { ledger } = this.#options;
    if (this.#extending.has(run) || this.#retracting.has(run)) return;
    this.#extending.add(run);
    this.#dispatch({ kind: "runs_withdrawn", runs: [run] });
    const isFreed = ledger.runs.get(run)?.state === "cancelled";
    const fits = fitting(new ShardPlan(specification));
    const rewrite = () => {
      for (const shard of ledger.shards(run).values()) {
        if (!fits(shard)) ledger.deleteShard(run, shard.shardIndex);
      }
      ledger.putRun(run, { specification, state: "active" });
    };
    // First what is on its way to the ledger, then the new plan, as in simulations.ts.
    ledger.enqueue(
      () => undefined,
      () => {
        ledger.enqueue(rewrite, () => {
          this.#extending.delete(run);
          this.#submit(run, specification, isFreed);
        });
      },
    );
  }

  receive(channel: Channel, message: ToCoordinator): void {
    const { worker } = message;
    if (message.kind === "worker_joined") {
      const reason = this.#scheduler.quarantineReason(worker);
      if (reason !== undefined) {
        channel.sendToWorker({ kind: "quarantine", worker, reason });
        return;
      }
      channel.sendToWorker({ kind: "welcome" });
      // Joins of two streams may overtake one another. The stream that loses is ended, so that it
      // does not talk to nobody.
      this.#channels.get(worker)?.cut();
      this.#channels.set(worker, channel);
    } else if (this.#channels.get(worker) !== channel) return;
    this.#dispatch(message);
  }

  streamEnded(channel: Channel): void {
    const { worker } = channel;
    if (this.#channels.get(worker) !== channel) return;
    this.#channels.delete(worker);
    this.#dispatch({ kind: "worker_disconnected", worker });
  }

  /** Reads what comes after the fold, like resumeFromLedger.ts: a page, and where there is more. */
  #submit(run: string, specification: PropagationSpecification, isFreed = false): void {
    const fold = this.#options.ledger.folds.get(run);
    const from = fold?.shardCount ?? 0;
    const all = this.#options.ledger.shardsFrom(run, 0);
    const after = all.filter(({ shardIndex }) => shardIndex >= from);
    const recorded = after.slice(0, PARTIALS_PER_PAGE);
    const stored = new ShardRanges();
    for (const { shardIndex } of after.slice(PARTIALS_PER_PAGE)) stored.add(shardIndex);
    const generator = all[0]?.partial.generator;
    const beginning = { fold, stored: stored.toArray(), generator };
    const digests = all.map(({ shardIndex, digest }) => ({ shardIndex, digest }));
    const work = { beginning, digests, recorded };
    this.#dispatch({ kind: "run_submitted", run, specification, ...work, isFreed });
  }

  #load({ run, load, from }: Extract<SchedulerCommand, { kind: "load" }>): void {
    const { ledger } = this.#options;
    const shards = ledger.shardsFrom(run, from).slice(0, PARTIALS_PER_PAGE);
    const scheduler = this.#scheduler;
    ledger.whenRead(() => {
      if (this.#scheduler === scheduler) {
        this.#dispatch({ kind: "shards_loaded", run, load, shards });
      }
    });
  }

  /** Keeps folds in the ledger now and then, like engine.ts. */
  #checkpoint(run: string): void {
    const { ledger } = this.#options;
    const progress = this.#scheduler.runs.get(run)?.progress;
    if (progress?.folded === undefined || progress.foldedShards === progress.plan.shardCount)
      return;
    const { foldedShards: shardCount, folded: sums, computations } = progress;
    const fold = { shardCount, sums, computations };
    ledger.enqueue(() => ledger.folds.set(run, fold));
  }

  #dispatch(event: SchedulerEvent): void {
    const at = this.#options.clock();
    const { trace, onCommand } = this.#options;
    trace.add({ at, event });
    this.#checker.before(event, at);
    const commands = this.#scheduler.handle(event, at);
    for (const command of commands) trace.add({ at, command });
    this.#checker.after({ event, at, commands });
    for (const command of commands) {
      this.#carryOut(command);
      onCommand(command);
    }
  }

  #carryOut(command: SchedulerCommand): void {
    const { ledger } = this.#options;
    switch (command.kind) {
      case "grant":
      case "revoke":
      case "acknowledge":
      case "quarantine":
        this.#channels.get(command.worker)?.sendToWorker(command);
        break;
      case "record": {
        const { run, shard } = command;
        const whenDurable = () => {
          this.#dispatch({ kind: "shard_recorded", run, shardIndex: shard.shardIndex });
          if (shard.shardIndex % SHARDS_PER_FOLD === 0) this.#checkpoint(run);
        };
        ledger.enqueue(() => {
          ledger.putShard(run, shard);
        }, whenDurable);
        break;
      }
      case "load":
        this.#load(command);
        break;
      case "retract":
        this.#retract(command.run, command.shards);
        break;
      case "run_succeeded":
        this.#end(command.run, "succeeded");
        break;
      case "run_failed":
        this.#end(command.run, "failed");
        break;
      case "run_started":
      case "run_advanced":
      case "disagreement":
      case "partial_refused":
      case "shard_parked":
        break;
    }
  }

  /** Deletes doubtful shards, then submits the run anew unless it was cancelled; like engine.ts. */
  #retract(run: string, shards: readonly number[]): void {
    const { ledger } = this.#options;
    this.#retracting.add(run);
    const deletion = () => {
      for (const shardIndex of shards) ledger.deleteShard(run, shardIndex);
      if ((ledger.folds.get(run)?.shardCount ?? 0) > Math.min(...shards)) ledger.folds.delete(run);
    };
    ledger.enqueue(deletion, () => {
      const record = ledger.runs.get(run);
      if (this.#retracting.delete(run) && record !== undefined) {
        this.#submit(run, record.specification);
      }
    });
  }

  #end(run: string, state: "succeeded" | "failed"): void {
    const { ledger } = this.#options;
    const record = ledger.runs.get(run);
    if (record === undefined) return;
    ledger.enqueue(() => {
      ledger.putRun(run, { ...record, state });
    });
  }

  #newChecker(): InvariantChecker {
    const { ledger, scheduler } = this.#options;
    return new InvariantChecker({ scheduler: this.#scheduler, options: scheduler, ledger });
  }
}

/** Whether a recorded shard fits a new plan: a short last shard of the old one does not. */
function fitting(plan: ShardPlan) {
  return ({ shardIndex, partial }: RecordedShard) =>
    plan.shard(shardIndex).replicaCount === partial.replicaCount;
}
