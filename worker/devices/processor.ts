import { cpus, totalmem } from "node:os";

import type { Logger } from "pino";

import {
  isProcessorBackend,
  PROCESSOR_BACKENDS,
  type BackendName,
  type DeviceBackend,
} from "../../shared/specification/backends.ts";
import { reasonOf } from "../../shared/wire/reason.ts";
import { loadBackend } from "../backends/registry.ts";
import type { ShardPool } from "../pool/shardPool.ts";
import type { Candidate } from "./workerDevice.ts";

/** The name of the processor's threads among the devices. */
export const PROCESSOR = "cpu";

/**
 * The processor as a device, with those of the backends that load here.
 *
 * @throws Error saying why, if none does
 */
export async function processor(
  log: Logger,
  createPool: () => ShardPool,
  names: readonly BackendName[] = PROCESSOR_BACKENDS,
): Promise<Candidate> {
  const backends = await availableBackends(log, names);
  return {
    name: PROCESSOR,
    description: cpus()[0]?.model.trim() ?? "CPU",
    backends,
    pool: createPool(),
  };
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
      backends.push({ name, generator, memoryBytes: totalmem() });
    } catch (error) {
      const reason = reasonOf(error);
      reasons.push(`${name}: ${reason}`);
      log.warn(`the backend ${name} is left out: ${reason}`);
    }
  }
  // Where all that any processor has is broken, nobody wants a worker that can do little else.
  const isSound = backends.some(({ name }) => isProcessorBackend(name));
  if (isSound || reasons.length === 0) return backends;
  throw new Error(`no backend works on this machine: ${reasons.join("; ")}`);
}
