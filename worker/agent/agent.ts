import { clipped } from "../../shared/specification/violations.ts";
import type { Join } from "../../shared/wire/generated/lyapunov/v1/Join.ts";
import type { Grant__Output } from "../../shared/wire/generated/lyapunov/v1/Grant.ts";
import type { WorkResponse__Output } from "../../shared/wire/generated/lyapunov/v1/WorkResponse.ts";
import { partialToMessage } from "../../shared/wire/partialMessages.ts";
import { VERSION } from "../../shared/wire/version.ts";
import { shownDescription } from "../devices/deviceText.ts";
import type { WorkerDevice } from "../devices/workerDevice.ts";
import { CoordinatorLink, type LinkOptions } from "./coordinatorLink.ts";
import { DeviceAtWork } from "./deviceAtWork.ts";
import type { HeldLease } from "./heldLease.ts";
import { LeaseBook } from "./leaseBook.ts";
import { UNOBSERVED, type ShardObserver } from "./shardObserver.ts";
import type { ComputedShard } from "../pool/computedShard.ts";
import { DeviceLostError } from "../backends/backend.ts";
import { PoolStartError } from "../pool/shardPool.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

export interface AgentOptions extends LinkOptions {
  /** A UUID; the process keeps it for its whole life. */
  readonly workerId: string;
  readonly displayName: string;
  readonly devices: readonly WorkerDevice[];
  readonly observer?: ShardObserver;
}

/** As much of an error as people are shown. */
const MAXIMUM_ERROR_LENGTH = 1000;
/** A revoked shard that is not done by then is ended. */
const REVOCATION_PATIENCE_SECONDS = 1;

/**
 * A worker at work: takes leases, has its devices compute them, delivers the partials and keeps each
 * until it is acknowledged. When a stream breaks the devices go on, and what is held is delivered on
 * the next one.
 *
 * A device whose pool cannot start is left out: its shards go back, the worker joins again without
 * its backends, and the other devices go on. The worker ends when it has no device left.
 *
 * The shards of a device that was lost go back, too: the worker joins again without their leases, so
 * that they are granted anew and no shard is blamed.
 */
export class Agent {
  readonly #options: AgentOptions;
  readonly #devices: readonly DeviceAtWork[];
  readonly #leases: LeaseBook<HeldLease, ComputedShard>;
  readonly #observer: ShardObserver;
  /** Shards that devices are computing, by lease. */
  readonly #computing = new Map<string, AbortController>();
  readonly #link: CoordinatorLink;
  #draining = false;
  /** Whether leases were dropped with a lost device, of which the coordinator is told at once. */
  #handsBack = false;

  constructor(options: AgentOptions) {
    this.#options = options;
    this.#observer = options.observer ?? UNOBSERVED;
    this.#devices = options.devices.map((device) => new DeviceAtWork(device));
    this.#leases = new LeaseBook(this.#devices.map(({ slotCount }) => slotCount));
    this.#link = new CoordinatorLink(options, {
      introduction: () => this.#introduction(),
      heldLeaseIds: () => this.#leases.heldIds,
      receive: (message) => {
        this.#receive(message);
      },
    });
  }

  /**
   * Works until it is drained or stopped.
   *
   * @throws Error if the coordinator dismisses the worker or has never let it in, or if no device
   *   can compute
   */
  run(): Promise<void> {
    return this.#link.run();
  }

  /** Whether a coordinator has let the worker in, on a stream that stands. */
  get isConnected(): boolean {
    return this.#link.isWelcomed;
  }

  /** The devices, failed ones included. */
  get devices(): readonly DeviceAtWork[] {
    return this.#devices;
  }

  /** Leased shards that wait for a slot. */
  get queuedCount(): number {
    return this.#leases.queuedCount;
  }

  /** Results that the coordinator has not acknowledged as durable yet. */
  get unacknowledgedCount(): number {
    return this.#leases.finishedCount;
  }

  /** Takes no more leases, hands back those not begun, delivers the others, and leaves. */
  drain(): void {
    this.#draining = true;
    this.#sendDrain(this.#leases.handBack(false));
    this.#leaveIfDone();
  }

  /** Leaves at once; what is not delivered is computed again by others. */
  stop(): void {
    this.#leave();
  }

  #introduction(): Join {
    const { workerId, displayName } = this.#options;
    return {
      workerId,
      displayName,
      version: VERSION,
      devices: this.#devices.map(({ introduction }) => introduction),
      heldLeaseIds: this.#leases.heldIds,
    };
  }

  #receive(message: WorkResponse__Output): void {
    if (message.welcome) this.#welcomed();
    else if (message.grant) this.#granted(message.grant);
    else if (message.revoke) this.#revoked(message.revoke.leaseIds);
    else if (message.acknowledgement) this.#leases.drop(message.acknowledgement.leaseIds);
    this.#leaveIfDone();
  }

  #welcomed(): void {
    for (const { lease, result } of this.#leases.finished()) this.#deliver(lease, result);
    if (this.#draining) this.#sendDrain(this.#leases.handBack(false));
  }

  #granted(grant: Grant__Output): void {
    const refused: string[] = [];
    for (const { leaseId: id, run, shardIndex, deviceIndex, task } of grant.leases) {
      if (this.#draining || !task) refused.push(id);
      else if (this.#devices[deviceIndex]?.hasFailed !== true) {
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
    const controller = new AbortController();
    this.#computing.set(lease.id, controller);
    this.#observer.begun(lease);
    try {
      const device = this.#devices[lease.deviceIndex] as DeviceAtWork;
      const computed = await device.compute(lease.task, controller.signal);
      if (this.#leases.finish(lease, computed)) {
        this.#observer.computed(computed);
        this.#deliver(lease, computed);
      }
    } catch (error) {
      this.#failed(lease, error);
    }
    this.#computing.delete(lease.id);
    this.#observer.ended();
    if (!this.#link.hasLeft) this.#startMore();
    this.#leaveIfDone();
  }

  #failed(lease: HeldLease, error: unknown): void {
    const isWanted = this.#leases.fail(lease);
    if (this.#link.hasLeft) return;
    if (error instanceof PoolStartError) this.#deviceFailed(lease, error);
    else if (error instanceof DeviceLostError) {
      if (isWanted) this.#handBackSoon(lease.id);
    } else if (isWanted) {
      this.#observer.failed();
      this.#options.log.error(
        { run: lease.run, shardIndex: lease.shardIndex, err: error },
        "a shard failed",
      );
      const sentence = clipped(reasonOf(error), MAXIMUM_ERROR_LENGTH);
      this.#link.send({ failure: { leaseId: lease.id, error: sentence } });
    }
  }

  /** Leaves a device out: shards would fail there one after another, through no fault of theirs. */
  #deviceFailed({ id, deviceIndex }: HeldLease, error: PoolStartError): void {
    const device = this.#devices[deviceIndex] as DeviceAtWork;
    if (device.hasFailed) return;
    device.fail();
    const { log } = this.#options;
    if (this.#devices.every(({ hasFailed }) => hasFailed)) {
      log.debug({ err: error }, "leaving");
      this.#sendDrain([id]);
      this.#leave(error);
      return;
    }
    log.error(
      { err: error },
      `device ${deviceIndex} (${shownDescription(device.description, device.backends)}) is left out: ` +
        `${reasonOf(error)}; the others go on`,
    );
    this.#leases.handBackOf(deviceIndex);
    this.#link.joinAgain();
  }

  /** Hands a lease back for which nobody is to blame, with all that are lost in the same moment. */
  #handBackSoon(id: string): void {
    if (this.#draining) {
      this.#sendDrain([id]);
      return;
    }
    // Drain would say that the worker leaves.
    if (!this.#handsBack) {
      setImmediate(() => {
        this.#handsBack = false;
        if (!this.#link.hasLeft) this.#link.joinAgain();
      });
    }
    this.#handsBack = true;
  }

  #deliver({ id, run, shardIndex }: HeldLease, { partial, computeSeconds }: ComputedShard): void {
    this.#link.send({
      result: {
        leaseId: id,
        run,
        shardIndex,
        partial: partialToMessage(partial),
        computeSeconds,
      },
    });
  }

  #sendDrain(returnedLeaseIds: readonly string[]): void {
    this.#link.send({ drain: { returnedLeaseIds: [...returnedLeaseIds] } });
  }

  #leaveIfDone(): void {
    if (this.#draining && this.#leases.isEmpty) this.#link.leave();
  }

  /** Hands back whatever is not delivered and leaves. */
  #leave(reason?: Error): void {
    this.#sendDrain(this.#leases.handBack(true));
    this.#link.leave(reason);
  }
}
