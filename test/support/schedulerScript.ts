import type { RecordedShard } from "../../coordinator/plan/recordedShard.ts";
import type { SchedulerCommand, SchedulerEvent } from "../../coordinator/scheduler/events.ts";
import {
  DEFAULT_SCHEDULER_OPTIONS,
  type SchedulerOptions,
} from "../../coordinator/scheduler/options.ts";
import { Scheduler } from "../../coordinator/scheduler/scheduler.ts";
import { ShardPlan } from "../../coordinator/plan/shardPlan.ts";
import type { PropagationInput } from "../../shared/kinds/propagation/specification.ts";
import type { BackendName } from "../../shared/specification/backends.ts";
import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";
import { SHARD_SIZE, specificationWith } from "./specifications.ts";
import { digestOf, syntheticPartial } from "./syntheticPartials.ts";

/**
 * Feeds a scheduler by hand and prints what it wants done, one command a line, with shards written
 * as `run#index` and leases as `run#index`, `run#index/2` for the second attempt, and so on.
 */
export class SchedulerScript {
  readonly scheduler: Scheduler;
  readonly #plans = new Map<string, ShardPlan>();
  /** Number of the newest lease, by `worker run#index`. */
  readonly #leases = new Map<string, number>();
  readonly #names = new Map<number, string>();
  /** Why partials were acknowledged and dropped. */
  readonly refusals: string[] = [];
  at = 0;

  /** @param options double checks are off unless asked for. */
  constructor(options: Partial<SchedulerOptions> = {}) {
    const defaults = { ...DEFAULT_SCHEDULER_OPTIONS, doubleCheckInterval: 0 };
    this.scheduler = new Scheduler({ ...defaults, ...options });
  }

  /** Submits a run of a number of full shards, or with a rule of its own. */
  submit(
    run: string,
    shards: number | Omit<PropagationInput, "network">,
    recorded: readonly number[] = [],
    isFreed = false,
  ): string[] {
    const input =
      typeof shards === "number" ? { stoppingRule: { replicaCount: shards * SHARD_SIZE } } : shards;
    const specification = specificationWith(input);
    this.#plans.set(run, new ShardPlan(specification));
    const records = recorded.map((shardIndex): RecordedShard => {
      const partial = this.partial(`${run}#${shardIndex}`);
      return { shardIndex, partial, digest: digestOf(partial) };
    });
    return this.feed({ kind: "run_submitted", run, specification, recorded: records, isFreed });
  }

  /** Joins a worker of one device, which may say what its generator is. */
  join(
    worker: string,
    slotCount = 1,
    held: readonly string[] = [],
    generator = "",
    name: BackendName = "simd",
  ): string[] {
    const devices = [{ backends: [{ name, generator }], slotCount }];
    const heldLeases = held.map((shard) => this.#lease(worker, shard));
    return this.feed({ kind: "worker_joined", worker, devices, heldLeases });
  }

  heartbeat(worker: string, ...held: string[]): string[] {
    const heldLeases = held.map((shard) => this.#lease(worker, shard));
    return this.feed({ kind: "heartbeat", worker, heldLeases });
  }

  /** The worker answers its newest lease of the shard, truthfully unless told otherwise. */
  answer(worker: string, shard: string, partial?: ShardPartial, computeSeconds = 0): string[] {
    return this.feed(this.result(worker, shard, partial ?? this.partial(shard), computeSeconds));
  }

  result(
    worker: string,
    shard: string,
    partial: ShardPartial,
    computeSeconds = 0,
  ): Extract<SchedulerEvent, { kind: "shard_result" }> {
    const { run, shardIndex } = parse(shard);
    const digest = digestOf(partial);
    const lease = this.#lease(worker, shard);
    return {
      kind: "shard_result",
      worker,
      lease,
      run,
      shardIndex,
      partial,
      digest,
      computeSeconds,
    };
  }

  fail(worker: string, shard: string, error = "out of memory"): string[] {
    return this.feed({ kind: "shard_failed", worker, lease: this.#lease(worker, shard), error });
  }

  drain(worker: string, ...returned: string[]): string[] {
    const returnedLeases = returned.map((shard) => this.#lease(worker, shard));
    return this.feed({ kind: "worker_draining", worker, returnedLeases });
  }

  disconnect(worker: string): string[] {
    return this.feed({ kind: "worker_disconnected", worker });
  }

  /** Tells the scheduler that the ledger has the shard. */
  durable(shard: string): string[] {
    return this.feed({ kind: "shard_recorded", ...parse(shard) });
  }

  tick(at: number): string[] {
    this.at = at;
    return this.feed({ kind: "tick" });
  }

  feed(event: SchedulerEvent): string[] {
    const commands = this.scheduler.handle(event, this.at);
    return commands.flatMap((command) => {
      if (command.kind !== "partial_refused") return [this.#print(command)];
      this.refusals.push(command.reason);
      return [];
    });
  }

  /** The true partial of a shard. */
  partial(shard: string, generator?: string, backend?: BackendName): ShardPartial {
    const { run, shardIndex } = parse(shard);
    const plan = this.#plans.get(run);
    if (plan === undefined) throw new Error(`${run} was never submitted`);
    return syntheticPartial(plan.task(shardIndex, backend), generator);
  }

  #lease(worker: string, shard: string): number {
    const lease = this.#leases.get(`${worker} ${shard}`);
    if (lease === undefined) throw new Error(`${worker} was never granted ${shard}`);
    return lease;
  }

  #print(command: Exclude<SchedulerCommand, { kind: "partial_refused" }>): string {
    const leaseNames = (leases: readonly number[]) =>
      leases.map((lease) => this.#names.get(lease) ?? `lease ${lease}`).join(" ");
    switch (command.kind) {
      case "grant": {
        for (const { id, run, shardIndex, attempt } of command.leases) {
          const shard = `${run}#${shardIndex}`;
          this.#leases.set(`${command.worker} ${shard}`, id);
          this.#names.set(id, attempt === 1 ? shard : `${shard}/${attempt}`);
        }
        return `grant ${command.worker} ${leaseNames(command.leases.map(({ id }) => id))}`;
      }
      case "revoke":
      case "acknowledge":
        return `${command.kind} ${command.worker} ${leaseNames(command.leases)}`;
      case "quarantine":
        return `quarantine ${command.worker}`;
      case "retract":
        return `retract ${command.run} ${command.shards.map((shard) => `#${shard}`).join(" ")}`;
      case "load":
        return `load ${command.run}#${command.from}`;
      case "record":
        return `record ${command.run}#${command.shard.shardIndex}`;
      case "run_succeeded":
      case "run_failed":
        return `${command.kind} ${command.run} after ${command.progress.foldedShards}`;
      case "run_started":
      case "run_advanced":
        return `${command.kind} ${command.run}`;
      case "disagreement":
        return `disagreement ${command.run}#${command.shardIndex} ${command.worker}`;
      case "shard_parked":
        return `shard_parked ${command.run}#${command.shardIndex}`;
    }
  }
}

function parse(shard: string): { run: string; shardIndex: number } {
  const [run = "", index = ""] = shard.split("#");
  return { run, shardIndex: Number(index) };
}
