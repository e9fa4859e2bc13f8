import { ChannelCredentials } from "@grpc/grpc-js";

import type { ShardPartial } from "../../../shared/statistics/replicaSums.ts";
import type { Lease__Output } from "../../../shared/wire/generated/lyapunov/v1/Lease.ts";
import type { WorkRequest } from "../../../shared/wire/generated/lyapunov/v1/WorkRequest.ts";
import type { WorkResponse__Output } from "../../../shared/wire/generated/lyapunov/v1/WorkResponse.ts";
import { partialToMessage } from "../../../shared/wire/partialMessages.ts";
import { FleetService } from "../../../shared/wire/protocol.ts";
import { shardTaskFromMessage } from "../../../shared/kinds/propagation/shardTaskMessages.ts";
import { VERSION } from "../../../shared/wire/version.ts";
import { referenceBackend } from "../../../worker/backends/reference/referenceBackend.ts";
import { computeShard } from "../../../worker/pool/shard.ts";
import { present } from "../../support/present.ts";

/** A worker by hand: it sends what the test tells it to, when the test tells it to. */
export class RawWorker implements Disposable {
  readonly #client: InstanceType<typeof FleetService>;
  readonly #stream: ReturnType<InstanceType<typeof FleetService>["Work"]>;
  readonly #messages: AsyncIterator<WorkResponse__Output>;

  readonly #unread: WorkResponse__Output[] = [];
  /** Rejects when the stream breaks or the coordinator ends it. */
  readonly broken: Promise<never>;

  constructor(address: string) {
    this.#client = new FleetService(address, ChannelCredentials.createInsecure());
    this.#stream = this.#client.Work();
    const { promise, reject } = Promise.withResolvers<never>();
    this.#stream.on("error", reject);
    this.broken = promise;
    // No one has to wait for it.
    promise.catch(() => undefined);
    this.#messages = this.#stream[Symbol.asyncIterator]() as AsyncIterator<WorkResponse__Output>;
  }

  /** Joins with one device of `slotCount` slots for reference shards; may name its generator. */
  join(
    workerId: string,
    slotCount: number,
    version: string = VERSION,
    held: readonly Lease__Output[] = [],
    generator?: string,
  ): void {
    const heldLeaseIds = held.map(({ leaseId }) => leaseId);
    const backend = "BACKEND_REFERENCE" as const;
    const devices = [
      {
        backends: [backend],
        slotCount,
        description: "by hand",
        ...(generator !== undefined && { deviceBackends: [{ backend, generator }] }),
      },
    ];
    this.send({ join: { workerId, displayName: workerId, version, devices, heldLeaseIds } });
  }

  send(message: WorkRequest): void {
    this.#stream.write(message);
  }

  /** Waits for the next message of this kind; others are kept until they are asked for. */
  async next<Kind extends "welcome" | "grant" | "acknowledgement" | "dismissal">(
    kind: Kind,
  ): Promise<NonNullable<WorkResponse__Output[Kind]>> {
    for (;;) {
      const place = this.#unread.findIndex((message) => message[kind]);
      const [message] = place === -1 ? [] : this.#unread.splice(place, 1);
      if (message) return message[kind] as NonNullable<WorkResponse__Output[Kind]>;
      const received = await this.#messages.next();
      if (received.done === true) throw new Error(`the stream ended without a ${kind}`);
      this.#unread.push(received.value);
    }
  }

  /** Delivers whatever is granted until the stream ends; `change` may falsify it. */
  async work(change?: (partial: ShardPartial) => ShardPartial): Promise<void> {
    for (;;) {
      const { leases } = await this.next("grant");
      for (const lease of leases) await this.deliver(lease, change);
    }
  }

  /** Computes and delivers the lease's shard; `change` may falsify it. */
  async deliver(
    lease: Lease__Output,
    change?: (partial: ShardPartial) => ShardPartial,
  ): Promise<void> {
    this.send(await resultOf(lease, change));
  }

  [Symbol.dispose](): void {
    this.#stream.cancel();
    this.#client.close();
  }
}

/** Computes the result of a lease; `change` may falsify it. */
export async function resultOf(
  { leaseId, run, shardIndex, task }: Lease__Output,
  change = (partial: ShardPartial): ShardPartial => partial,
): Promise<WorkRequest> {
  const computed = await computeShard(referenceBackend, shardTaskFromMessage(present(task)));
  const partial = partialToMessage(change(computed));
  return { result: { leaseId, run, shardIndex, partial, computeSeconds: 0.001 } };
}
