import { Client, type ClientDuplexStream } from "@grpc/grpc-js";

import type { Lease__Output } from "../shared/wire/generated/lyapunov/v1/Lease.ts";
import type { ShardTask__Output } from "../shared/wire/generated/lyapunov/v1/ShardTask.ts";
import type { WorkRequest } from "../shared/wire/generated/lyapunov/v1/WorkRequest.ts";
import type { WorkResponse__Output } from "../shared/wire/generated/lyapunov/v1/WorkResponse.ts";
import { messageType, sealedType } from "../shared/wire/messageTypes.ts";
import { FleetService } from "../shared/wire/protocol.ts";
import { shardTaskFromMessage } from "../shared/kinds/propagation/shardTaskMessages.ts";
import { VERSION } from "../shared/wire/version.ts";
import { syntheticPartialOf } from "../test/support/syntheticPartials.ts";
import { connect } from "../shared/wire/coordinatorClient.ts";
import { NO_CREDENTIALS } from "../shared/wire/credentials.ts";

const HEARTBEAT_MILLISECONDS = 2000;
const SLOTS = 2;
const PARTIAL = messageType("lyapunov.v1.Partial");
const SEALED_REQUEST = sealedType("lyapunov.v1.WorkRequest", ["result", "partial"]);
const { path, requestSerialize, responseDeserialize } = FleetService.service.Work;

/** A stream that writes ready bytes: a fleet of a thousand must cost less than its coordinator. */
type Stream = ClientDuplexStream<Uint8Array, WorkResponse__Output>;

interface Template {
  readonly generator: string;
  readonly observables: readonly string[];
  /** The field `checkpoints` of a message `Partial`, as bytes. */
  readonly checkpoints: Uint8Array;
}

function templateOf(task: ShardTask__Output): Template {
  const { generator, observables, checkpoints } = syntheticPartialOf(shardTaskFromMessage(task));
  return { generator, observables, checkpoints: PARTIAL.encode({ checkpoints }).finish() };
}

/** Workers that answer every lease with a partial that costs nothing. */
export class SimulatedFleet {
  /** Results that are settled: they are in the ledger, or were not needed. */
  acknowledged = 0;
  readonly #clients: Client[] = [];
  readonly #streams: Stream[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #shardMilliseconds: number;
  /** What all partials of the run have in common; only their replicas differ. */
  #template: Template | undefined;

  private constructor(shardMilliseconds: number) {
    this.#shardMilliseconds = shardMilliseconds;
  }

  /**
   * Connects the workers; resolves when all have been welcomed.
   *
   * @param shardMilliseconds time that a slot takes for a shard; 0: leases are answered at once
   */
  static async join(
    address: string,
    workers: number,
    shardMilliseconds = 0,
  ): Promise<SimulatedFleet> {
    const fleet = new SimulatedFleet(shardMilliseconds);
    const welcomes = Array.from({ length: workers }, (_, i) => fleet.#join(address, `worker-${i}`));
    await Promise.all(welcomes);
    return fleet;
  }

  leave(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const stream of this.#streams) stream.cancel();
    for (const client of this.#clients) client.close();
  }

  #join(address: string, workerId: string): Promise<void> {
    const client = connect(Client, address, NO_CREDENTIALS, {
      "grpc.use_local_subchannel_pool": 1,
    });
    const stream: Stream = client.makeBidiStreamRequest(
      path,
      (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
      responseDeserialize,
    );
    const held = new Set<string>();
    let freeAt = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    stream.on("error", () => undefined);
    stream.on("data", (message: WorkResponse__Output) => {
      if (message.welcome) resolve();
      for (const lease of message.grant?.leases ?? []) {
        held.add(lease.leaseId);
        if (this.#shardMilliseconds === 0) stream.write(this.#answer(lease));
        else {
          freeAt = Math.max(freeAt, performance.now()) + this.#shardMilliseconds / SLOTS;
          setTimeout(() => stream.write(this.#answer(lease)), freeAt - performance.now());
        }
      }
      for (const lease of message.acknowledgement?.leaseIds ?? []) {
        held.delete(lease);
        this.acknowledged += 1;
      }
    });
    const say = (message: WorkRequest) => stream.write(requestSerialize(message));
    const backends = ["BACKEND_SIMD" as const];
    const devices = [{ backends, slotCount: SLOTS, description: "simulated" }];
    say({ join: { workerId, displayName: workerId, version: VERSION, devices, heldLeaseIds: [] } });
    const heartbeat = () => say({ heartbeat: { heldLeaseIds: [...held] } });
    this.#timers.push(setInterval(heartbeat, HEARTBEAT_MILLISECONDS));
    this.#clients.push(client);
    this.#streams.push(stream);
    return promise;
  }

  #answer({ leaseId, run, shardIndex, task }: Lease__Output): Uint8Array {
    if (task === null) throw new Error("the lease came without a task");
    this.#template ??= templateOf(task);
    const { generator, observables, checkpoints } = this.#template;
    const { firstReplica, replicaCount } = task;
    const own = {
      backend: "simd",
      generator,
      firstReplica: Number(firstReplica),
      replicaCount: Number(replicaCount),
      observables,
    };
    // Messages joined byte by byte are one message with the fields of both.
    const partial = Buffer.concat([PARTIAL.encode(own).finish(), checkpoints]);
    return SEALED_REQUEST.encode({
      result: {
        leaseId: Number(leaseId),
        run,
        shardIndex,
        partial,
        computeSeconds: this.#shardMilliseconds / 1000 || 0.5,
      },
    }).finish();
  }
}
