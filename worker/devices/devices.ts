import { availableParallelism, cpus } from "node:os";

import type { Logger } from "pino";

import {
  PROCESSOR_BACKENDS,
  type BackendName,
  type DeviceBackend,
} from "../../shared/specification/backends.ts";
import { loadBackend } from "../backends/registry.ts";
import type { ShardPool } from "../pool/shardPool.ts";
import { createThreadPool } from "../pool/threadPool.ts";
import { reasonOf } from "../../shared/wire/reason.ts";
import type { WorkerDevice } from "./workerDevice.ts";

export interface DeviceOptions {
  readonly log: Logger;
  /** Threads of the processor; default: one for each core that the process may use. */
  readonly threads?: number | undefined;
  /** How long a thread may show no progress before it is ended; default: ten minutes. */
  readonly patienceSeconds?: number | undefined;
  /** Called whenever a thread has ended. */
  readonly onThreadEnd?: () => void;
}

/**
 * Decides which devices this machine has: today its processor.
 *
 * @throws Error saying why, if it has none
 */
export async function findDevices(options: DeviceOptions): Promise<WorkerDevice[]> {
  const { log, threads = availableParallelism(), ...ofPool } = options;
  return [await processor(log, () => createThreadPool(threads, ofPool))];
}

/**
 * The processor as a device, with those of the backends that load here.
 *
 * @internal exported for tests
 * @throws Error saying why, if none does
 */
export async function processor(
  log: Logger,
  createPool: () => ShardPool,
  names: readonly BackendName[] = PROCESSOR_BACKENDS,
): Promise<WorkerDevice> {
  const backends = await availableBackends(log, names);
  return { description: cpus()[0]?.model.trim() ?? "CPU", backends, pool: createPool() };
}

/** Backends with what their partials will say of their bits. One that does not load is left out. */
async function availableBackends(
  log: Logger,
  names: readonly BackendName[],
): Promise<DeviceBackend[]> {
  const backends: DeviceBackend[] = [];
  const reasons: string[] = [];
  for (const name of names) {
    try {
      const { generator } = await loadBackend(name);
      backends.push({ name, generator });
    } catch (error) {
      const reason = reasonOf(error);
      reasons.push(`${name}: ${reason}`);
      log.warn(`the backend ${name} is left out: ${reason}`);
    }
  }
  if (backends.length > 0) return backends;
  throw new Error(`no backend works on this machine: ${reasons.join("; ")}`);
}
