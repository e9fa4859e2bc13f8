import { ChannelCredentials } from "@grpc/grpc-js";

import type { Lease__Output } from "../shared/wire/generated/lyapunov/v1/Lease.ts";
import type { WorkResponse__Output } from "../shared/wire/generated/lyapunov/v1/WorkResponse.ts";
import { partialToMessage } from "../shared/wire/partialMessages.ts";
import { FleetService } from "../shared/wire/protocol.ts";
import { shardTaskFromMessage } from "../shared/wire/shardTaskMessages.ts";
import { VERSION } from "../shared/wire/version.ts";
import { syntheticPartial } from "../test/support/syntheticPartials.ts";

const HEARTBEAT_MILLISECONDS = 2000;
const SLOTS = 2;

type Stream = ReturnType<InstanceType<typeof FleetService>["Work"]>;

/** Workers that answer every lease at once, with a partial that costs nothing. */
export class SimulatedFleet {
  /** Results that are in the ledger, or were not needed. */
  acknowledged = 0;
  readonly #clients: InstanceType<typeof FleetService>[] = [];
  readonly #streams: Stream[] = [];
  readonly #timers: NodeJS.Timeout[] = [];

  /** Resolves when all have been welcomed. */
  static async join(address: string, workers: number): Promise<SimulatedFleet> {
    const fleet = new SimulatedFleet();
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
    const client = new FleetService(address, ChannelCredentials.createInsecure(), {
      "grpc.use_local_subchannel_pool": 1,
    });
    const stream = client.Work();
    const held = new Set<string>();
    const { promise, resolve } = Promise.withResolvers<void>();
    stream.on("error", () => undefined);
    stream.on("data", (message: WorkResponse__Output) => {
      if (message.welcome) resolve();
      for (const lease of message.grant?.leases ?? []) {
        held.add(lease.leaseId);
        answer(stream, lease);
      }
      for (const lease of message.acknowledgement?.leaseIds ?? []) {
        held.delete(lease);
        this.acknowledged += 1;
      }
    });
    const backends = ["BACKEND_SIMD" as const];
    const devices = [{ backends, slotCount: SLOTS, description: "simulated" }];
    stream.write({
      join: { workerId, displayName: workerId, version: VERSION, devices, heldLeaseIds: [] },
    });
    this.#timers.push(
      setInterval(() => {
        stream.write({ heartbeat: { heldLeaseIds: [...held] } });
      }, HEARTBEAT_MILLISECONDS),
    );
    this.#clients.push(client);
    this.#streams.push(stream);
    return promise;
  }
}

function answer(stream: Stream, { leaseId, run, shardIndex, task }: Lease__Output): void {
  if (task === null) return;
  const partial = partialToMessage(syntheticPartial(shardTaskFromMessage(task)));
  stream.write({ result: { leaseId, run, shardIndex, partial, computeSeconds: 0.5 } });
}
