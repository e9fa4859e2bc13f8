import { randomUUID } from "node:crypto";
import { hostname } from "node:os";

import type { Logger } from "pino";

import { connect } from "../shared/wire/coordinatorClient.ts";
import { NO_CREDENTIALS, type CallerCredentials } from "../shared/wire/credentials.ts";
import { FleetService } from "../shared/wire/protocol.ts";
import { Agent } from "./agent/agent.ts";
import { findDevices, type DeviceOptions } from "./devices/devices.ts";
import type { WorkerDevice } from "./devices/workerDevice.ts";
import type { WorkerMetrics } from "./metrics/workerMetrics.ts";

export { UnknownDevice } from "./devices/devices.ts";

export interface WorkerOptions extends Pick<
  DeviceOptions,
  "backends" | "names" | "allowSoftware" | "measuredSeconds" | "threads" | "patienceSeconds"
> {
  /** HOST:PORT of the coordinator, or of several with commas: the one that leads is found. */
  readonly coordinator: string;
  /** Default: none, in the clear. */
  readonly credentials?: CallerCredentials;
  readonly log: Logger;
  readonly metrics?: WorkerMetrics;
  /** What to compute with; the worker closes their pools. Default: what the options above find. */
  readonly devices?: readonly WorkerDevice[];
}

/** A worker that runs inside this process. */
export interface RunningWorker {
  /** Settles when the worker has left; rejects if it was dismissed, or if no device can compute. */
  readonly left: Promise<void>;
  /** Finishes what it has begun, delivers it and leaves; at the latest after the grace time. */
  drain(graceSeconds: number): Promise<void>;
  /** Leaves at once. */
  stop(): Promise<void>;
}

/**
 * Starts a worker with the devices that this machine has.
 *
 * @throws Error saying why, if none of them can compute
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { log, metrics } = options;
  const onThreadEnd = () => metrics?.threadEnded();
  const { backends, names, allowSoftware, measuredSeconds, threads, patienceSeconds } = options;
  const devices =
    options.devices ??
    (await findDevices({
      log,
      backends,
      names,
      allowSoftware,
      measuredSeconds,
      threads,
      patienceSeconds,
      onThreadEnd,
    }));
  const credentials = options.credentials ?? NO_CREDENTIALS;
  const clients = options.coordinator.split(",").map((address) =>
    connect(FleetService, address, credentials, {
      // Our own backoff decides; the channel's must not add to it.
      "grpc.initial_reconnect_backoff_ms": 100,
      "grpc.max_reconnect_backoff_ms": 1000,
      // Each worker has a connection of its own, in one process too.
      "grpc.use_local_subchannel_pool": 1,
    }),
  );
  let streams = 0;
  const agent = new Agent({
    workerId: randomUUID(),
    displayName: `${hostname()}/${process.pid}`,
    devices,
    // A coordinator that does not lead says so at once; then the next one is asked.
    open: () => (clients[streams++ % clients.length] as (typeof clients)[number]).Work(),
    log,
    random: Math.random,
    ...(metrics !== undefined && { observer: metrics }),
  });
  metrics?.watch(agent);
  const work = async () => {
    try {
      await agent.run();
    } finally {
      for (const client of clients) client.close();
      await Promise.all(devices.map(({ pool }) => pool.close()));
    }
  };
  const left = work();
  return {
    left,
    drain: async (graceSeconds) => {
      agent.drain();
      const timer = setTimeout(() => {
        agent.stop();
      }, graceSeconds * 1000);
      try {
        await left;
      } finally {
        clearTimeout(timer);
      }
    },
    stop: async () => {
      agent.stop();
      await left;
    },
  };
}
