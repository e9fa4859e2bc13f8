import type { SchedulerCommand } from "../../../../coordinator/scheduler/events.ts";
import { demand } from "../violation.ts";
import type { Mirror } from "./mirror.ts";
import type { Invariant, Observed, Step } from "./observed.ts";

const ONCE = "a shard is recorded once";
const DISAGREEMENT = "a disagreement is reported exactly when a duplicate contradicts";
const QUARANTINE = "a quarantined worker is never asked again";

/** Checks that a shard is accepted once, and that a contradicting answer is reported. */
export class Duplicates implements Invariant {
  readonly #observed: Observed;
  readonly #mirror: Mirror;

  constructor(observed: Observed, mirror: Mirror) {
    this.#observed = observed;
    this.#mirror = mirror;
  }

  command(command: SchedulerCommand, { event }: Step): void {
    if (command.kind === "record") {
      const { run, shard } = command;
      const name = `${run}#${shard.shardIndex}`;
      const recorded = this.#observed.ledger.shards(run).has(shard.shardIndex);
      demand(!recorded, ONCE, () => `${name} is in the ledger already`);
      const recording = this.#mirror.recording.has(name);
      demand(!recording, ONCE, () => `${name} is on its way to the ledger already`);
      const answers =
        event.kind === "shard_result" && event.run === run && event.shardIndex === shard.shardIndex;
      demand(
        answers && event.digest === shard.digest && event.partial === shard.partial,
        ONCE,
        () => `${name} is recorded as nobody answered it`,
      );
    }
    if (command.kind === "grant") {
      const quarantined = this.#mirror.quarantined.has(command.worker);
      demand(!quarantined, QUARANTINE, () => `${command.worker} is granted a lease`);
    }
  }

  state({ event, commands }: Step): void {
    const reported = commands.some(({ kind }) => kind === "disagreement");
    const contradicted = event.kind === "shard_result" && this.#contradicts(event);
    demand(reported === contradicted, DISAGREEMENT, () =>
      reported ? "it is reported without cause" : "it is not reported",
    );
    if (event.kind !== "shard_result" || !contradicted) return;
    const isNamed = commands.some(
      (command) => command.kind === "disagreement" && command.worker === event.worker,
    );
    demand(isNamed, DISAGREEMENT, () => `${event.worker} is not named`);
  }

  #contradicts(event: Extract<Step["event"], { kind: "shard_result" }>): boolean {
    // The others came from a quarantined worker, were impossible or belonged to no active run.
    return this.#mirror.testimony.weightOf(event)?.startsWith("contradicts") ?? false;
  }
}
