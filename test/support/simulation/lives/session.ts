import type { Engine } from "../../../../coordinator/engine/engine.ts";
import type { WorkerCommand, WorkerSink } from "../../../../coordinator/engine/workerSinks.ts";
import type {
  DeviceDescription,
  EventOf,
  GrantedLease,
} from "../../../../coordinator/scheduler/events.ts";
import { digestOf } from "../../syntheticPartials.ts";
import { truthOf } from "../truth.ts";
import type { Channel, ToCoordinator } from "../channel.ts";
import type { Life } from "./life.ts";
import type { Witness } from "./witness.ts";

type Result = EventOf<"shard_result">;

export interface SessionOptions {
  readonly channel: Channel;
  readonly engine: Engine;
  readonly life: Life;
  readonly witness: Witness;
  readonly devices: readonly DeviceDescription[];
  /** Leases that a device may hold for each of its slots. */
  readonly leasesPerSlot: number;
}

/** The coordinator's end of a worker's stream, like workSession.ts; each message is a step. */
export class Session implements WorkerSink {
  readonly #options: SessionOptions;
  /** Devices of the leases of this stream that are neither answered nor taken back. */
  readonly #granted = new Map<number, number>();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  send(command: WorkerCommand): void {
    const { life, channel, witness } = this.#options;
    if (!life.takes(command.kind)) return;
    witness.trace.add({ at: witness.clock(), command });
    if (command.kind === "acknowledge") {
      for (const lease of command.leases) this.#acknowledged(command.worker, lease);
    }
    if (command.kind === "grant") this.#grants(command.leases);
    if (command.kind === "revoke") this.#forget(command.leases);
    channel.sendToWorker(command);
  }

  /** Takes note of a message of the worker. */
  heard(message: ToCoordinator): void {
    if (message.kind === "shard_result") {
      const isNeeded = this.#isWanted(message) && this.#isTrue(message);
      this.#options.witness.deliveries.add({ result: message, isNeeded });
    }
    if (message.kind === "worker_draining") this.#forget(message.returnedLeases);
    if ("lease" in message) this.#forget([message.lease]);
  }

  supersede(): void {
    this.#options.channel.cut();
  }

  #forget(leases: readonly number[]): void {
    for (const lease of leases) this.#granted.delete(lease);
  }

  #grants(leases: readonly GrantedLease[]): void {
    const { devices, leasesPerSlot, witness, channel } = this.#options;
    for (const { id, deviceIndex } of leases) this.#granted.set(id, deviceIndex);
    for (const [deviceIndex, { slotCount }] of devices.entries()) {
      const held = [...this.#granted.values()].filter((index) => index === deviceIndex).length;
      witness.findings.demand(
        held <= slotCount * leasesPerSlot,
        "a device holds no more leases than it may",
        () => `${channel.worker} holds ${held} on device ${deviceIndex}`,
      );
    }
  }

  /** Checks that what an honest worker may forget is in the ledger, or that nobody needs it. */
  #acknowledged(worker: string, lease: number): void {
    const { deliveries, record, findings } = this.#options.witness;
    const delivery = deliveries.of(worker, lease);
    const what = `lease ${lease} of ${worker}`;
    findings.demand(delivery !== undefined, "acknowledged is durable", () => `${what}: no result`);
    // A result that came while its run was withdrawn may be forgotten later: its lease was revoked.
    if (delivery?.isNeeded !== true || !this.#isWanted(delivery.result)) return;
    const { run, shardIndex, digest } = delivery.result;
    const recorded = record.shards(run).get(shardIndex);
    // In a mixed run the ledger may have the shard by another generator.
    const isMixed = this.#options.engine.activeRun(run)?.isMixed === true;
    const isThere = isMixed ? recorded !== undefined : recorded === digest;
    findings.demand(
      isThere || record.wasDeleted(run, shardIndex),
      "acknowledged is durable",
      () => `${what}, ${run}#${shardIndex}, is not in the ledger`,
    );
  }

  #isWanted(result: Result): boolean {
    const active = this.#options.engine.activeRun(result.run);
    return (
      active?.isNeeded(result.shardIndex) === true &&
      active.progress.plan.holds(result) &&
      active.takes(result.partial.generator)
    );
  }

  #isTrue({ run, shardIndex, partial, digest }: Result): boolean {
    const plan = this.#options.engine.activeRun(run)?.progress.plan;
    return plan !== undefined && digest === digestOf(truthOf(plan, shardIndex, partial));
  }
}
