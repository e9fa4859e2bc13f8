import type { RecordedShard } from "../../../../coordinator/plan/recordedShard.ts";
import type { SchedulerCommand, SchedulerEvent } from "../../../../coordinator/scheduler/events.ts";
import type { SchedulerOptions } from "../../../../coordinator/scheduler/options.ts";
import type { Scheduler } from "../../../../coordinator/scheduler/scheduler.ts";

/** One event and what the scheduler answered. */
export interface Step {
  readonly event: SchedulerEvent;
  readonly at: number;
  readonly commands: readonly SchedulerCommand[];
}

/** What the invariants look at. */
export interface Observed {
  readonly scheduler: Scheduler;
  readonly options: SchedulerOptions;
  readonly ledger: { shards(run: string): ReadonlyMap<number, RecordedShard> };
}

/** Something that must hold after every event; it throws a Violation if it does not. */
export interface Invariant {
  /** Once the event was handled, before its commands are looked at. */
  begin?(step: Step): void;
  /** Before the mirror has taken note of the command, in the order of the commands. */
  command?(command: SchedulerCommand, step: Step): void;
  /** After all commands. */
  state?(step: Step): void;
}
