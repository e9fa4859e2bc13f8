import { randomUUID } from "node:crypto";
import { availableParallelism, cpus, hostname } from "node:os";

import type { Logger } from "pino";

import { BACKENDS, type DeviceBackend } from "../shared/specification/backends.ts";
import { clientParts, NO_CREDENTIALS, type CallerCredentials } from "../shared/wire/credentials.ts";
import { FleetService } from "../shared/wire/protocol.ts";
import { Agent } from "./agent/agent.ts";
import { loadBackend } from "./backends/registry.ts";
import type { ShardPool } from "./pool/shardPool.ts";
import { createThreadPool } from "./pool/threadPool.ts";
import type { WorkerMetrics } from "./metrics/workerMetrics.ts";

export interface WorkerOptions {
  /** HOST:PORT of the coordinator; of several, with commas, the one that leads is found. */
  readonly coordinator: string;
  /** Default: none, in the clear. */
  readonly credentials?: CallerCredentials;
  /** Default: one for each core that the process may use. */
  readonly threads?: number;
  /** How long a thread may show no progress before it is ended; default: ten minutes. */
  readonly patienceSeconds?: number;
  readonly log: Logger;
  readonly metrics?: WorkerMetrics;
  /** Default: a pool of threads; tests put their own in its place. */
  readonly pool?: ShardPool;
}

/** A worker that runs inside this process. */
export interface RunningWorker {
  /** Settles when the worker has left; rejects if it was dismissed, or has no threads to work with. */
  readonly left: Promise<void>;
  /** Finishes what it has begun, delivers it and leaves; at the latest after the grace time. */
  drain(graceSeconds: number): Promise<void>;
  /** Leaves at once. */
  stop(): Promise<void>;
}

/**
 * Starts a worker with the backends that this machine can have.
 *
 * @throws Error saying why, if it can have none.
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const backends = await availableBackends(options.log);
  const { threads = availableParallelism(), patienceSeconds, metrics } = options;
  const onThreadEnd = () => metrics?.threadEnded();
  const pool = options.pool ?? createThreadPool(threads, { patienceSeconds, onThreadEnd });
  const credentials = options.credentials ?? NO_CREDENTIALS;
  const clients = options.coordinator.split(",").map((address) => {
    const { channel, options: clientOptions } = clientParts(address, credentials);
    return new FleetService(address, channel, {
      ...clientOptions,
      // Our own backoff decides; the channel's must not add to it.
      "grpc.initial_reconnect_backoff_ms": 100,
      "grpc.max_reconnect_backoff_ms": 1000,
      // Each worker has a connection of its own, in one process too.
      "grpc.use_local_subchannel_pool": 1,
    });
  });
  let streams = 0;
  const agent = new Agent({
    workerId: randomUUID(),
    displayName: `${hostname()}/${process.pid}`,
    devices: [{ backends, description: cpus()[0]?.model.trim() ?? "CPU", pool }],
    // Whoever does not lead says so at once; the next one is asked.
    open: () => (clients[streams++ % clients.length] as (typeof clients)[number]).Work(),
    log: options.log,
    random: Math.random,
    ...(metrics !== undefined && { observer: metrics }),
  });
  metrics?.watch(agent, pool.slotCount);
  const work = async () => {
    try {
      await agent.run();
    } finally {
      for (const client of clients) client.close();
      await pool.close();
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

/** What each backend's partials will say of their bits; a backend that cannot be loaded is left out. */
async function availableBackends(log: Logger): Promise<DeviceBackend[]> {
  const backends: DeviceBackend[] = [];
  const reasons: string[] = [];
  for (const name of BACKENDS) {
    try {
      const { generator } = await loadBackend(name);
      backends.push({ name, generator });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      reasons.push(`${name}: ${reason}`);
      log.warn(`the backend ${name} is left out: ${reason}`);
    }
  }
  if (backends.length > 0) return backends;
  throw new Error(`no backend can be had on this machine: ${reasons.join("; ")}`);
}
