import type { SchedulerEvent } from "../../../../coordinator/scheduler/events.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { Beliefs } from "./beliefs.ts";
import { Duplicates } from "./duplicates.ts";
import { Folding } from "./folding.ts";
import { Grants } from "./grants.ts";
import { Leases } from "./leases.ts";
import { Mirror } from "./mirror.ts";
import type { Invariant, Observed, Step } from "./observed.ts";
import { Troubles } from "./troubles.ts";

/** Checks the invariants of docs/architecture.md after every event of one scheduler's life. */
export class InvariantChecker {
  readonly #mirror: Mirror;
  readonly #invariants: readonly Invariant[];

  constructor(observed: Observed) {
    this.#mirror = new Mirror(observed);
    this.#invariants = [
      Acknowledgements,
      Duplicates,
      Beliefs,
      Folding,
      Troubles,
      Leases,
      Grants,
    ].map((Kind) => new Kind(observed, this.#mirror));
  }

  before(event: SchedulerEvent, at: number): void {
    this.#mirror.event(event, at);
  }

  /** @throws Violation */
  after(step: Step): void {
    this.#mirror.handled(step.event);
    for (const invariant of this.#invariants) invariant.begin?.(step);
    for (const command of step.commands) {
      for (const invariant of this.#invariants) invariant.command?.(command, step);
      this.#mirror.command(command);
    }
    for (const invariant of this.#invariants) invariant.state?.(step);
    this.#mirror.settled();
  }
}
