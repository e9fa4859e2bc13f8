import type { SchedulerCommand } from "../scheduler/events.ts";

/** Commands that go to a worker's stream. */
export type WorkerCommand = Extract<
  SchedulerCommand,
  { kind: "grant" | "revoke" | "acknowledge" | "quarantine" }
>;

/** A worker's stream. */
export interface WorkerSink {
  /** For people. */
  readonly displayName?: string;
  send(command: WorkerCommand): void;
  /** The worker has joined on another stream, and this one is not listened to any more. */
  supersede(): void;
}

/** The stream on which each worker is listened to: the one on which it has joined last. */
export class WorkerSinks {
  readonly #sinks = new Map<string, WorkerSink>();

  attach(worker: string, sink: WorkerSink): void {
    const earlier = this.#sinks.get(worker);
    this.#sinks.set(worker, sink);
    earlier?.supersede();
  }

  /** Says whether it was the worker's. */
  detach(worker: string, sink: WorkerSink): boolean {
    return this.isAttached(worker, sink) && this.#sinks.delete(worker);
  }

  isAttached(worker: string, sink: WorkerSink): boolean {
    return this.#sinks.get(worker) === sink;
  }

  displayNameOf(worker: string): string {
    return this.#sinks.get(worker)?.displayName ?? worker;
  }

  /** Commands for a worker that is away are lost: it says what it holds when it joins again. */
  send(command: WorkerCommand): void {
    this.#sinks.get(command.worker)?.send(command);
  }
}
