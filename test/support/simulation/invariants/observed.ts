import type { RecordedShard } from "../../../../coordinator/plan/recordedShard.ts";
import type { SchedulerCommand, SchedulerEvent } from "../../../../coordinator/scheduler/events.ts";
import type { SchedulerOptions } from "../../../../coordinator/scheduler/options.ts";
import type { Scheduler } from "../../../../coordinator/scheduler/scheduler.ts";

/** One event with the scheduler's commands. */
export interface Step {
  readonly event: SchedulerEvent;
  readonly at: number;
  readonly commands: readonly SchedulerCommand[];
}

/** The parts of a cluster that the invariants look at. */
export interface Observed {
  readonly scheduler: Scheduler;
  readonly options: SchedulerOptions;
  readonly ledger: { shards(run: string): ReadonlyMap<number, RecordedShard> };
}

/** A check of something that must hold after every event; throws a Violation if it does not. */
export interface Invariant {
  /** Called once the event was handled, before its commands are looked at. */
  begin?(step: Step): void;
  /** Called for each command in order, before the mirror takes note of it. */
  command?(command: SchedulerCommand, step: Step): void;
  /** Called after all commands. */
  state?(step: Step): void;
}
