import type { WorkerCommand } from "../../../coordinator/engine/workerSinks.ts";
import type { SchedulerEvent } from "../../../coordinator/scheduler/events.ts";
import type { Random } from "../random.ts";
import type { Timeline } from "./timeline.ts";

/** The messages of a worker's stream, by direction. */
export type ToCoordinator = Extract<SchedulerEvent, { readonly worker: string }>;
export type ToWorker = { readonly kind: "welcome" } | WorkerCommand;

/** The two ends of a stream. */
export interface WorkerEnd {
  receive(message: ToWorker): void;
  streamBroke(channel: Channel): void;
}
export interface CoordinatorEnd {
  receive(channel: Channel, message: ToCoordinator): void;
  streamEnded(channel: Channel): void;
}

const LATENCY_SECONDS = 0.03;
const SLOW_LATENCY_SECONDS = 3;

/** A stream: messages arrive in order after a while, and a cut loses those on their way. */
export class Channel {
  readonly worker: string;
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #workerEnd: WorkerEnd;
  readonly #coordinatorEnd: CoordinatorEnd;
  #open = true;
  /** Time at which the last message of each direction arrives. */
  readonly #arrival = { toWorker: 0, toCoordinator: 0 };

  constructor(
    worker: string,
    timeline: Timeline,
    random: Random,
    workerEnd: WorkerEnd,
    coordinatorEnd: CoordinatorEnd,
  ) {
    this.worker = worker;
    this.#timeline = timeline;
    this.#random = random;
    this.#workerEnd = workerEnd;
    this.#coordinatorEnd = coordinatorEnd;
  }

  sendToCoordinator(message: ToCoordinator): void {
    this.#transmit("toCoordinator", () => {
      this.#coordinatorEnd.receive(this, message);
    });
  }

  sendToWorker(message: ToWorker): void {
    this.#transmit("toWorker", () => {
      this.#workerEnd.receive(message);
    });
  }

  /** The worker leaves in good order: its messages arrive before the end. */
  end(): void {
    this.#transmit("toCoordinator", () => {
      this.#open = false;
      this.#coordinatorEnd.streamEnded(this);
    });
  }

  /** Breaks the stream; each side learns of it in its own time. */
  cut(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#timeline.after(this.#random.exponential(0.5), () => {
      this.#workerEnd.streamBroke(this);
    });
    this.#timeline.after(this.#random.exponential(this.#random.pick([0.1, 10])), () => {
      this.#coordinatorEnd.streamEnded(this);
    });
  }

  #transmit(way: "toWorker" | "toCoordinator", arrive: () => void): void {
    const slow = this.#random.chance(0.01);
    const latency = this.#random.exponential(slow ? SLOW_LATENCY_SECONDS : LATENCY_SECONDS);
    // Never before an earlier message: a stream keeps its order.
    this.#arrival[way] = Math.max(this.#arrival[way], this.#timeline.now + latency);
    this.#timeline.after(this.#arrival[way] - this.#timeline.now, () => {
      if (this.#open) arrive();
    });
  }
}
