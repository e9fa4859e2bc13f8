import type { SchedulerCommand } from "../scheduler/events.ts";

/** Commands that go to a worker's stream. */
export type WorkerCommand = Extract<
  SchedulerCommand,
  { kind: "grant" | "revoke" | "acknowledge" | "quarantine" }
>;

/** A worker's stream. */
export interface WorkerSink {
  /** The worker's name in logs and on the page. */
  readonly displayName?: string;
  send(command: WorkerCommand): void;
  /** Ends the stream: the worker has joined on another one. */
  supersede(): void;
}

/** The stream of each worker: the one on which it joined last. */
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

  /** Drops commands for a worker that is away: it names the leases it holds when it joins again. */
  send(command: WorkerCommand): void {
    this.#sinks.get(command.worker)?.send(command);
  }
}
