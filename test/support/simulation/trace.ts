import type { SchedulerCommand, SchedulerEvent } from "../../../coordinator/scheduler/events.ts";

type Entry = { readonly at: number } & (
  | { readonly event: SchedulerEvent }
  | { readonly command: SchedulerCommand }
  | { readonly note: string }
);

/** The last events, commands and faults of a simulation; they become text only on demand. */
export class Trace {
  readonly #entries: Entry[] = [];
  readonly #length: number;

  constructor(length: number) {
    this.#length = length;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    if (this.#entries.length > 2 * this.#length) this.#entries.splice(0, this.#length);
  }

  toString(): string {
    return this.#entries.slice(-this.#length).map(line).join("\n");
  }
}

function line(entry: Entry): string {
  const time = entry.at.toFixed(3).padStart(9);
  if ("note" in entry) return `${time}  * ${entry.note}`;
  if ("event" in entry) return `${time} -> ${entry.event.kind} ${details(entry.event)}`;
  return `${time}    <- ${entry.command.kind} ${details(entry.command)}`;
}

/** Keeps the short fields of a message: partials, tasks and specifications would drown the rest. */
function details(message: SchedulerEvent | SchedulerCommand): string {
  if (message.kind === "grant") {
    const leases = message.leases.map(
      ({ id, run, shardIndex, attempt }) => `${id}=${run}#${shardIndex}(${attempt})`,
    );
    return `${message.worker} ${leases.join(" ")}`;
  }
  if (message.kind === "record") return `${message.run}#${message.shard.shardIndex}`;
  if (message.kind === "run_submitted") {
    const { stoppingRule } = message.specification;
    const recorded = message.recorded.map(({ shardIndex }) => shardIndex);
    return `${message.run} ${JSON.stringify(stoppingRule)} recorded ${recorded.join(",")}`;
  }
  return Object.entries(message)
    .filter(([key]) => !["kind", "partial", "digest", "progress", "devices"].includes(key))
    .map(([key, value]) => `${key}=${Array.isArray(value) ? value.join(",") : String(value)}`)
    .join(" ");
}
