import type { SchedulerCommand } from "../scheduler/events.ts";

/** A command that goes to a worker's stream. */
export type WorkerCommand = Extract<
  SchedulerCommand,
  { kind: "grant" | "revoke" | "acknowledge" | "quarantine" }
>;

/** A worker's stream, to which its commands go. */
export interface WorkerSink {
  /** The worker's name in logs and on the page. */
  readonly displayName?: string;
  send(command: WorkerCommand): void;
  /** Ends the stream, since the worker has joined on another one. */
  supersede(): void;
}

/** Each worker's stream: the one on which it joined last. */
export class WorkerSinks {
  readonly #sinks = new Map<string, WorkerSink>();

  attach(worker: string, sink: WorkerSink): void {
    const earlier = this.#sinks.get(worker);
    this.#sinks.set(worker, sink);
    earlier?.supersede();
  }

  /** Returns false if a later stream has replaced this one. */
  detach(worker: string, sink: WorkerSink): boolean {
    return this.isAttached(worker, sink) && this.#sinks.delete(worker);
  }

  isAttached(worker: string, sink: WorkerSink): boolean {
    return this.#sinks.get(worker) === sink;
  }

  displayNameOf(worker: string): string {
    return this.#sinks.get(worker)?.displayName ?? worker;
  }

  /** Sends a command; drops it if the worker is away, since on rejoining it names its leases. */
  send(command: WorkerCommand): void {
    this.#sinks.get(command.worker)?.send(command);
  }
}
