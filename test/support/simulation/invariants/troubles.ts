import type { SchedulerCommand } from "../../../../coordinator/scheduler/events.ts";
import { demand } from "../violation.ts";
import type { Mirror } from "./mirror.ts";
import type { Invariant, Observed } from "./observed.ts";

const PARKED = "a shard is parked only after its share of errors or losses";
const BLOCKED = "a run fails only if its fold waits for a parked shard";

/** Checks that shards are given up for good reasons, and a run only with a shard that it needs. */
export class Troubles implements Invariant {
  readonly #observed: Observed;
  readonly #mirror: Mirror;

  constructor(observed: Observed, mirror: Mirror) {
    this.#observed = observed;
    this.#mirror = mirror;
  }

  command(command: SchedulerCommand): void {
    if (command.kind === "shard_parked") this.#parked(command.run, command.shardIndex);
    if (command.kind === "run_failed") {
      const head = command.progress.foldedShards;
      const run = this.#mirror.runs.get(command.run);
      const name = `${command.run}#${head}`;
      demand(run?.parked.has(head) === true, BLOCKED, () => `${name} is not parked`);
      demand(!this.#mirror.isSettled(run, head), BLOCKED, () => `${name} was answered`);
    }
  }

  #parked(name: string, shardIndex: number): void {
    const { maximumErrors, maximumLosses } = this.#observed.options;
    const run = this.#mirror.runs.get(name);
    const { errors, losses } = run?.troubleOf(shardIndex) ?? { errors: 0, losses: 0 };
    demand(
      errors >= maximumErrors || losses >= maximumLosses,
      PARKED,
      () => `${name}#${shardIndex} after ${errors} errors and ${losses} losses`,
    );
    const inHand = this.#observed.scheduler.runs.get(name)?.leases.has(shardIndex) ?? false;
    demand(!inHand, PARKED, () => `${name}#${shardIndex} is being propagated by another worker`);
  }
}
