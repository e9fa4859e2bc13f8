import { setTimeout as delay } from "node:timers/promises";

import { status as Code, type ClientDuplexStream, type ServiceError } from "@grpc/grpc-js";
import type { Logger } from "pino";

import { connectionTrouble } from "../../shared/wire/connectionTrouble.ts";
import type { Join } from "../../shared/wire/generated/lyapunov/v1/Join.ts";
import type { WorkRequest } from "../../shared/wire/generated/lyapunov/v1/WorkRequest.ts";
import type { WorkResponse__Output } from "../../shared/wire/generated/lyapunov/v1/WorkResponse.ts";
import { Backoff } from "./backoff.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

export type WorkStream = ClientDuplexStream<WorkRequest, WorkResponse__Output>;

export interface LinkOptions {
  /** Opens a stream to a coordinator; a failure shows as the stream's error. */
  readonly open: () => WorkStream;
  readonly log: Logger;
  /** Uniform on [0, 1). */
  readonly random: () => number;
}

/** The worker at the end of the link. */
export interface LinkedWorker {
  /** How it introduces itself now. */
  introduction(): Join;
  /** Leases that every heartbeat renews. */
  heldLeaseIds(): string[];
  receive(message: WorkResponse__Output): void;
}

const FIRST_BACKOFF_SECONDS = 0.2;
const BACKOFF_LIMIT_SECONDS = 5;
const FAREWELL_SECONDS = 1;

/** Answers to a join that the same worker would get again and again. */
const REFUSALS: readonly (Code | undefined)[] = [
  Code.UNAUTHENTICATED,
  Code.PERMISSION_DENIED,
  Code.INVALID_ARGUMENT,
  Code.UNIMPLEMENTED,
];

/** Keeps a stream to a coordinator: joins, sends heartbeats, and opens a new one if it breaks. */
export class CoordinatorLink {
  readonly #options: LinkOptions;
  readonly #worker: LinkedWorker;
  readonly #backoff: Backoff;
  readonly #left = new AbortController();
  #stream: WorkStream | undefined;
  #welcomed = false;
  #hasJoined = false;
  /** Whether the stream was given up only to join again at once. */
  #rejoins = false;
  /** Why the worker cannot go on, once it cannot. */
  #end: Error | undefined;

  constructor(options: LinkOptions, worker: LinkedWorker) {
    this.#options = options;
    this.#worker = worker;
    this.#backoff = new Backoff(FIRST_BACKOFF_SECONDS, BACKOFF_LIMIT_SECONDS, options.random);
  }

  /** Whether a coordinator has let the worker in, on a stream that stands. */
  get isWelcomed(): boolean {
    return this.#welcomed;
  }

  get hasLeft(): boolean {
    return this.#left.signal.aborted;
  }

  /**
   * Holds one stream after another until the worker leaves.
   *
   * @throws Error if the worker left for a reason, or if the coordinator dismissed it or never let
   *   it in
   */
  async run(): Promise<void> {
    const { signal } = this.#left;
    while (!signal.aborted) {
      const error = await this.#session();
      if (signal.aborted || this.#end !== undefined) break;
      if (this.#rejoins) this.#rejoins = false;
      else await this.#wait(error);
    }
    if (this.#end !== undefined) throw this.#end;
  }

  /** Sends if the worker is welcome; what matters must be said again after the next welcome. */
  send(message: WorkRequest): void {
    // Unsent results are bounded by the leases that are held, so write() may buffer.
    if (this.#welcomed) this.#stream?.write(message);
  }

  /**
   * Joins again at once, for the worker to introduce itself anew. Leases that the new join does not
   * name as held are granted again.
   */
  joinAgain(): void {
    if (this.#stream === undefined) return;
    this.#rejoins = true;
    this.#welcomed = false;
    this.#stream.cancel();
  }

  /** Leaves; with a reason, run() rejects with it. */
  leave(reason?: Error): void {
    this.#end ??= reason;
    const stream = this.#stream;
    this.#left.abort();
    stream?.end();
    // A coordinator that does not answer must not keep a worker that wants to go.
    setTimeout(() => stream?.cancel(), FAREWELL_SECONDS * 1000).unref();
  }

  /** Holds one stream, from joining to its end. Resolves with the error that ended it, if any. */
  async #session(): Promise<Error | undefined> {
    const stream = this.#options.open();
    this.#stream = stream;
    this.#welcomed = false;
    let heartbeats: NodeJS.Timeout | undefined;
    const ended = Promise.withResolvers<Error | undefined>();
    stream.on("error", (error) => {
      ended.resolve(error);
    });
    stream.on("end", () => {
      ended.resolve(undefined);
    });
    stream.on("data", (message: WorkResponse__Output) => {
      if (message.welcome) {
        heartbeats ??= setInterval(() => {
          this.send({ heartbeat: { heldLeaseIds: this.#worker.heldLeaseIds() } });
        }, message.welcome.heartbeatIntervalSeconds * 1000);
      }
      this.#receive(message);
    });
    stream.write({ join: this.#worker.introduction() });
    const error = await ended.promise;
    clearInterval(heartbeats);
    this.#welcomed = false;
    this.#stream = undefined;
    stream.cancel();
    return error;
  }

  #receive(message: WorkResponse__Output): void {
    if (message.welcome) {
      this.#welcomed = true;
      this.#hasJoined = true;
      this.#backoff.reset();
      this.#options.log.info("joined the coordinator");
    }
    if (message.dismissal) {
      const reason = reasonOf(message.dismissal.reason);
      this.#end = new Error(`the coordinator dismissed this worker: ${reason}`);
      this.#options.log.error(this.#end.message);
    }
    this.#worker.receive(message);
  }

  /** Waits before the next attempt, after a stream that ended with `error`, if any. */
  async #wait(error: Error | undefined): Promise<void> {
    const refusal = refusalOf(error);
    // A worker that was let in before may yet get a new token, and its coordinator be replaced.
    if (refusal !== undefined && !this.#hasJoined) {
      throw new Error(`the coordinator refused this worker: ${refusal}`, { cause: error });
    }
    const seconds = this.#backoff.next();
    const reason =
      error === undefined
        ? "the coordinator closed the stream"
        : connectionTrouble(detailsOf(error));
    this.#options.log.warn(`connection lost: ${reason}; trying again in ${seconds.toFixed(1)} s`);
    const { signal } = this.#left;
    await delay(seconds * 1000, undefined, { signal }).catch(() => undefined);
  }
}

/** The words of a failed call: with grpc-js's code before them, unless there are none. */
function detailsOf(error: Error): string {
  const { code, details } = error as Partial<ServiceError>;
  if (details !== "" || code === undefined) return error.message;
  return `${Code[code]}, and ${reasonOf(details)}`;
}

/** Returns why the coordinator refused the worker, if that is what the failure is about. */
function refusalOf(error: Error | undefined): string | undefined {
  const { code, details } = (error ?? {}) as Partial<ServiceError>;
  return REFUSALS.includes(code) ? reasonOf(details) : undefined;
}
