import type { Logger } from "pino";

import type { BackendName, DeviceBackend } from "../../shared/specification/backends.ts";
import { reasonOf } from "../../shared/wire/reason.ts";
import type { DeviceChoice } from "../backends/backend.ts";
import { listedAdapters } from "../pool/listedAdapters.ts";
import { startProcessPool, type ProcessPool } from "../pool/processPool.ts";
import { PROCESSOR } from "./processor.ts";
import type { Candidate, LeftOut } from "./workerDevice.ts";

/** Backends that have a process of their own. */
export const PROCESS_BACKENDS = ["webgpu", "tensorflow"] as const;

export type ProcessBackend = (typeof PROCESS_BACKENDS)[number];

export interface GpuOptions {
  readonly log: Logger;
  readonly patienceSeconds?: number | undefined;
  /** Whether a processor may play the part of a GPU. */
  readonly allowSoftware: boolean;
  /** URL of the processes' module. */
  readonly module?: string | undefined;
}

/** What was found of the GPUs of a machine. */
export interface FoundGpus {
  readonly candidates: readonly Candidate[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Starts a process for every GPU and each of the backends. This process itself loads no driver.
 *
 * @param backends webgpu before tensorflow, where both are looked for
 */
export async function findGpus(
  backends: readonly ProcessBackend[],
  options: GpuOptions,
): Promise<FoundGpus> {
  const started = await Promise.all(backends.map((backend) => startAll(backend, options)));
  const candidates: Candidate[] = [];
  for (const { name, pool } of started.flatMap(({ pools }) => pools)) {
    candidates.push(candidateOf(name, pool, candidates));
  }
  return { candidates, leftOut: started.flatMap(({ leftOut }) => leftOut) };
}

interface Started {
  readonly pools: readonly { readonly name: ProcessBackend; readonly pool: ProcessPool }[];
  readonly leftOut: readonly LeftOut[];
}

/** Starts a process for every adapter that a backend can have. */
async function startAll(backend: ProcessBackend, options: GpuOptions): Promise<Started> {
  const { log, patienceSeconds, allowSoftware, module } = options;
  const common = { backend, log, patienceSeconds, module };
  // Where adapters cannot be listed, the backend itself says best what is in the way.
  const adapters = new Set(await listedAdapters(common).catch(() => []));
  const choices: DeviceChoice[] = [...adapters].map((adapter) => ({ adapter, allowSoftware }));
  if (choices.length === 0) choices.push({ allowSoftware });
  const pools = [];
  const leftOut: LeftOut[] = [];
  for (const choice of choices) {
    try {
      pools.push({ name: backend, pool: await startProcessPool({ ...common, choice }) });
    } catch (error) {
      leftOut.push({ backend, reason: reasonOf(error) });
    }
  }
  return { pools, leftOut };
}

function candidateOf(
  name: ProcessBackend,
  pool: ProcessPool,
  others: readonly Candidate[],
): Candidate {
  const { generator, device } = pool.backend;
  const description = device?.description ?? name;
  const backend: DeviceBackend = {
    name,
    generator,
    ...(device !== undefined && {
      driver: device.driver,
      isGpu: device.isGpu,
      isSoftware: device.isSoftware,
    }),
    ...(device?.memoryBytes !== undefined && { memoryBytes: device.memoryBytes }),
  };
  return { name: nameOf(backend, description, others), description, backends: [backend], pool };
}

/**
 * The name of a card: that of a candidate with another backend that computes on the same card, or
 * the next number.
 */
function nameOf(
  { name, isGpu }: DeviceBackend,
  description: string,
  others: readonly Candidate[],
): string {
  if (isGpu !== true) return PROCESSOR;
  if (name === "tensorflow") {
    // TensorFlow computes on NVIDIA's cards alone.
    const same =
      others.find(
        (other) => usesAnother(other, name) && areAlike(other.description, description),
      ) ?? others.find((other) => usesAnother(other, name) && /nvidia/i.test(other.description));
    if (same !== undefined) return same.name;
  }
  return `gpu${new Set(others.map((other) => other.name).filter((each) => each !== PROCESSOR)).size}`;
}

function usesAnother({ backends }: Candidate, name: BackendName): boolean {
  return backends.every((backend) => backend.name !== name && backend.isSoftware !== true);
}

/** Whether two drivers mean the same card: one may leave the maker out. */
function areAlike(one: string, other: string): boolean {
  const [a = "", b = ""] = [one, other].map((text) => text.toLowerCase().trim());
  return a.includes(b) || b.includes(a);
}
