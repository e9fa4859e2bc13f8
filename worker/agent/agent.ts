import { setTimeout as delay } from "node:timers/promises";

import { status as Code, type ClientDuplexStream, type ServiceError } from "@grpc/grpc-js";
import type { Logger } from "pino";

import type { DeviceBackend } from "../../shared/specification/backends.ts";
import { wireName } from "../../shared/wire/enumerations.ts";
import type { Grant__Output } from "../../shared/wire/generated/lyapunov/v1/Grant.ts";
import type { WorkRequest } from "../../shared/wire/generated/lyapunov/v1/WorkRequest.ts";
import type { WorkResponse__Output } from "../../shared/wire/generated/lyapunov/v1/WorkResponse.ts";
import { connectionTrouble } from "../../shared/wire/connectionTrouble.ts";
import { partialToMessage } from "../../shared/wire/partialMessages.ts";
import { VERSION } from "../../shared/wire/version.ts";
import { Backoff } from "./backoff.ts";
import type { HeldLease } from "./heldLease.ts";
import { LeaseBook } from "./leaseBook.ts";
import { UNOBSERVED, type ShardObserver } from "./shardObserver.ts";
import type { ComputedShard } from "../pool/computedShard.ts";
import { PoolStartError, type ShardPool } from "../pool/shardPool.ts";

export type WorkStream = ClientDuplexStream<WorkRequest, WorkResponse__Output>;

/** Something that propagates shards, and what it can propagate with. */
export interface AgentDevice {
  readonly backends: readonly DeviceBackend[];
  readonly description: string;
  readonly pool: ShardPool;
}

export interface AgentOptions {
  /** The same for the life of the process. */
  readonly workerId: string;
  readonly displayName: string;
  readonly devices: readonly AgentDevice[];
  /** Opens a stream to a coordinator; a failure shows as the stream's error. */
  readonly open: () => WorkStream;
  readonly log: Logger;
  /** Uniform on [0, 1). */
  readonly random: () => number;
  readonly observer?: ShardObserver;
}

const FIRST_BACKOFF_SECONDS = 0.2;
const BACKOFF_LIMIT_SECONDS = 5;
const FAREWELL_SECONDS = 1;
/** A revoked shard that is not done by then is not waited for: its thread is ended. */
const REVOCATION_PATIENCE_SECONDS = 1;

/**
 * A worker's side of the stream: takes leases, has them propagated, delivers the partials and keeps
 * each until it is acknowledged. A broken stream is opened again and what is held is delivered on
 * the new one; the threads go on meanwhile.
 */
export class Agent {
  readonly #options: AgentOptions;
  readonly #leases: LeaseBook<HeldLease, ComputedShard>;
  readonly #backoff: Backoff;
  readonly #observer: ShardObserver;
  /** Shards in threads, by lease. */
  readonly #computing = new Map<string, AbortController>();
  #stream: WorkStream | undefined;
  #welcomed = false;
  #hasJoined = false;
  #draining = false;
  readonly #stopped = new AbortController();
  /** Why it cannot go on, once it cannot. */
  #end: Error | undefined;

  constructor(options: AgentOptions) {
    this.#options = options;
    this.#observer = options.observer ?? UNOBSERVED;
    this.#leases = new LeaseBook(options.devices.map(({ pool }) => pool.slotCount));
    this.#backoff = new Backoff(FIRST_BACKOFF_SECONDS, BACKOFF_LIMIT_SECONDS, options.random);
  }

  /**
   * Works until it is drained or stopped.
   *
   * @throws Error if the coordinator dismisses the worker, or has never let it in, or if it has no
   *   threads to work with.
   */
  async run(): Promise<void> {
    await this.#sessions();
    if (this.#end !== undefined) throw this.#end;
  }

  async #sessions(): Promise<void> {
    const { log } = this.#options;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const error = await this.#session();
      if (signal.aborted || this.#end !== undefined) return;
      const refusal = refusalOf(error);
      // One that was let in before may have its token replaced.
      if (refusal !== undefined && !this.#hasJoined) {
        throw new Error(`the coordinator refused this worker: ${refusal}`, { cause: error });
      }
      const seconds = this.#backoff.next();
      const reason =
        error === undefined
          ? "the coordinator closed the stream"
          : connectionTrouble(error.message);
      log.warn(`connection lost: ${reason}; trying again in ${seconds.toFixed(1)} s`);
      await delay(seconds * 1000, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Whether a coordinator has let it in, on a stream that stands. */
  get isConnected(): boolean {
    return this.#welcomed;
  }

  /** Shards that wait for a thread. */
  get queuedCount(): number {
    return this.#leases.queuedCount;
  }

  /** Results of which the coordinator has not said yet that they are durable. */
  get unacknowledgedCount(): number {
    return this.#leases.finishedCount;
  }

  /** Takes no more leases, hands back those not begun, delivers the others, and leaves. */
  drain(): void {
    this.#draining = true;
    this.#sendDrain(this.#leases.handBack(false));
    this.#leaveIfDone();
  }

  /** Leaves at once; what is not delivered is propagated again by others. */
  stop(): void {
    this.#sendDrain(this.#leases.handBack(true));
    this.#leave();
  }

  /** One stream, from joining to its end; resolves with the error that ended it, if any. */
  async #session(): Promise<Error | undefined> {
    const { workerId, displayName, devices, open } = this.#options;
    const stream = open();
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
          this.#send({ heartbeat: { heldLeaseIds: this.#leases.heldIds } });
        }, message.welcome.heartbeatIntervalSeconds * 1000);
      }
      this.#receive(message);
    });
    stream.write({
      join: {
        workerId,
        displayName,
        version: VERSION,
        devices: devices.map(({ backends, description, pool }) => ({
          backends: backends.map(({ name }) => wireName("backend", name)),
          deviceBackends: backends.map(({ name, generator }) => ({
            backend: wireName("backend", name),
            generator,
          })),
          slotCount: pool.slotCount,
          description,
        })),
        heldLeaseIds: this.#leases.heldIds,
      },
    });
    const error = await ended.promise;
    clearInterval(heartbeats);
    this.#welcomed = false;
    this.#stream = undefined;
    stream.cancel();
    return error;
  }

  #receive(message: WorkResponse__Output): void {
    const { log } = this.#options;
    if (message.welcome) this.#welcome();
    else if (message.grant) this.#granted(message.grant);
    else if (message.revoke) this.#revoked(message.revoke.leaseIds);
    else if (message.acknowledgement) this.#leases.drop(message.acknowledgement.leaseIds);
    else if (message.dismissal) {
      this.#end = new Error(`the coordinator dismissed this worker: ${message.dismissal.reason}`);
      log.error(this.#end.message);
    }
    this.#leaveIfDone();
  }

  #welcome(): void {
    this.#welcomed = true;
    this.#hasJoined = true;
    this.#backoff.reset();
    this.#options.log.info("joined the coordinator");
    for (const { lease, result } of this.#leases.finished()) this.#deliver(lease, result);
    if (this.#draining) this.#sendDrain(this.#leases.handBack(false));
  }

  #granted(grant: Grant__Output): void {
    const refused: string[] = [];
    for (const { leaseId: id, run, shardIndex, deviceIndex, task } of grant.leases) {
      if (this.#draining || !task) refused.push(id);
      else {
        const lease = { id, run, shardIndex, deviceIndex, task };
        this.#leases.grant(lease);
        this.#observer.granted(lease);
      }
    }
    if (refused.length > 0) this.#sendDrain(refused);
    this.#startMore();
  }

  #revoked(leaseIds: readonly string[]): void {
    this.#observer.revoked(this.#leases.revoke(leaseIds));
    for (const id of leaseIds) {
      const controller = this.#computing.get(id);
      if (controller === undefined) continue;
      const timer = setTimeout(() => {
        controller.abort();
      }, REVOCATION_PATIENCE_SECONDS * 1000);
      timer.unref();
    }
  }

  #startMore(): void {
    for (const lease of this.#leases.start()) void this.#compute(lease);
  }

  async #compute(lease: HeldLease): Promise<void> {
    const { devices } = this.#options;
    const controller = new AbortController();
    this.#computing.set(lease.id, controller);
    this.#observer.begun(lease);
    try {
      const device = devices[lease.deviceIndex] as AgentDevice;
      const computed = await device.pool.compute(lease.task, controller.signal);
      if (this.#leases.finish(lease, computed)) {
        this.#observer.computed(computed);
        this.#deliver(lease, computed);
      }
    } catch (error) {
      this.#failed(lease, error);
    }
    this.#computing.delete(lease.id);
    this.#observer.ended();
    if (!this.#stopped.signal.aborted) this.#startMore();
    this.#leaveIfDone();
  }

  #failed(lease: HeldLease, error: unknown): void {
    const isWanted = this.#leases.fail(lease);
    if (this.#stopped.signal.aborted) return;
    const { log } = this.#options;
    if (error instanceof PoolStartError) {
      // Shards would fail here one after another, and be given up for no fault of theirs.
      log.debug({ err: error }, "leaving");
      this.#end = error;
      this.#sendDrain([lease.id]);
      this.stop();
    } else if (isWanted) {
      this.#observer.failed();
      log.error({ run: lease.run, shardIndex: lease.shardIndex, err: error }, "a shard failed");
      const message = error instanceof Error ? error.message : String(error);
      this.#send({ failure: { leaseId: lease.id, error: message } });
    }
  }

  #deliver({ id, run, shardIndex }: HeldLease, { partial, computeSeconds }: ComputedShard): void {
    this.#send({
      result: {
        leaseId: id,
        run,
        shardIndex,
        partial: partialToMessage(partial),
        computeSeconds,
      },
    });
  }

  /** Sends if the stream is up; what matters is said again after the next welcome. */
  #send(message: WorkRequest): void {
    // Unsent results are bounded by the leases that are held, so write() may buffer.
    if (this.#welcomed) this.#stream?.write(message);
  }

  #sendDrain(returnedLeaseIds: readonly string[]): void {
    this.#send({ drain: { returnedLeaseIds: [...returnedLeaseIds] } });
  }

  #leaveIfDone(): void {
    if (this.#draining && this.#leases.isEmpty) this.#leave();
  }

  #leave(): void {
    const stream = this.#stream;
    this.#stopped.abort();
    stream?.end();
    // A coordinator that does not answer must not keep a worker that wants to go.
    setTimeout(() => stream?.cancel(), FAREWELL_SECONDS * 1000).unref();
  }
}

/** Why the coordinator did not let the caller in, if that is what the failure is about. */
function refusalOf(error: Error | undefined): string | undefined {
  const { code, details } = (error ?? {}) as Partial<ServiceError>;
  return code === Code.UNAUTHENTICATED || code === Code.PERMISSION_DENIED ? details : undefined;
}
