import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";

import type { Logger } from "pino";

import {
  BACKENDS,
  isThreadBackend,
  PROCESSOR_BACKENDS,
  type BackendName,
} from "../../shared/specification/backends.ts";
import { canPropagateAtAll } from "../../shared/kinds/propagation/propagationBackends.ts";
import { loadBackend } from "../backends/registry.ts";
import { machineFiles } from "../backends/webgpu/machineFiles.ts";
import { vulkanProblems } from "../backends/webgpu/vulkanProblems.ts";
import { reasonOf } from "../../shared/wire/reason.ts";
import { createThreadPool } from "../pool/threadPool.ts";
import { fastestOfEach } from "./choice.ts";
import { leftOutText, takenText } from "./deviceText.ts";
import { findGpus, PROCESS_BACKENDS } from "./gpus.ts";
import { mayHaveGpu } from "./gpuTraces.ts";
import { measureWeights } from "./measure.ts";
import { processor, PROCESSOR } from "./processor.ts";
import type { Candidate, LeftOut, WorkerDevice } from "./workerDevice.ts";

/** What to compute with: the best that this machine has, or exactly these backends. */
export type BackendChoice = "auto" | readonly BackendName[];

export interface DeviceOptions {
  readonly log: Logger;
  /** Default: what any processor can compute with. */
  readonly backends?: BackendChoice | undefined;
  /** Names of the devices to take, such as `cpu` and `gpu0`; default: all. */
  readonly names?: readonly string[] | undefined;
  /** Whether a processor may play the part of a GPU that was named; default: no. */
  readonly allowSoftware?: boolean | undefined;
  /** How long GPUs, and the processor beside them, are measured; 0 for not at all, default: 1. */
  readonly measuredSeconds?: number | undefined;
  /** Threads of the processor; default: one for each core that the process may use. */
  readonly threads?: number | undefined;
  /** How long a thread or process may show no progress before it is ended; default: ten minutes. */
  readonly patienceSeconds?: number | undefined;
  /** Called whenever a thread has ended. */
  readonly onThreadEnd?: (() => void) | undefined;
  /** URL of the module of processes; default: this package's own. */
  readonly processModule?: string | undefined;
  /** Whether to look for GPUs by `auto`; default: if the system shows a trace of one. */
  readonly mayHaveGpu?: boolean | undefined;
}

/** A device was asked for by a name that none has. */
export class UnknownDevice extends Error {
  override readonly name = "UnknownDevice";
}

const MEASURED_SECONDS = 1;

/**
 * Finds what to compute with on this machine, and starts it. The log says what was taken, what not,
 * and why.
 *
 * @throws UnknownDevice if a device has not the name that was asked for
 * @throws Error saying why, if there is no device, or none for a backend that was named
 */
export async function findDevices(options: DeviceOptions): Promise<WorkerDevice[]> {
  const { log, backends = PROCESSOR_BACKENDS, names } = options;
  const { candidates, leftOut } = await findCandidates(options);
  const unused = new Set(candidates.map(({ pool }) => pool));
  try {
    assertAll(backends, candidates, leftOut);
    assertKnown(names ?? [], candidates);
    const named = candidates.filter(({ name }) => names?.includes(name) ?? true);
    assertAll(backends, named, leftOut);
    const measured = await measureAll(named, leftOut, options);
    const { taken, beaten } =
      backends === "auto" ? fastestOfEach(measured) : { taken: measured, beaten: [] };
    if (taken.length === 0) throw new Error(reasons(leftOut));
    for (const { pool } of taken) unused.delete(pool);
    if (options.backends !== undefined) {
      for (const each of taken) log.info(takenText(each));
      for (const each of [...beaten, ...leftOut]) log.info(leftOutText(each));
    }
    return [...taken];
  } finally {
    await Promise.all([...unused].map((pool) => pool.close()));
  }
}

/** Starts all devices that this machine has for the backends. */
export async function findCandidates(
  options: DeviceOptions,
): Promise<{ readonly candidates: Candidate[]; readonly leftOut: LeftOut[] }> {
  const { log, backends = PROCESSOR_BACKENDS, names, allowSoftware = false } = options;
  const { threads = availableParallelism(), patienceSeconds, onThreadEnd } = options;
  const wanted = backends === "auto" ? BACKENDS : backends;
  const candidates: Candidate[] = [];
  const leftOut: LeftOut[] = [];
  const ofProcessor: BackendName[] = PROCESSOR_BACKENDS.filter((name) => wanted.includes(name));
  if (wanted.includes("tensorflow_wasm")) {
    const reason = await whyNotLoaded("tensorflow_wasm");
    if (reason === undefined) ofProcessor.push("tensorflow_wasm");
    // Whoever did not ask for it need not hear that its packages are not installed.
    else if (backends !== "auto") leftOut.push({ backend: "tensorflow_wasm", reason });
  }
  if (ofProcessor.length > 0) {
    const createPool = () =>
      createThreadPool(threads, { patienceSeconds, ...(onThreadEnd && { onThreadEnd }) });
    candidates.push(await processor(log, createPool, ofProcessor));
  }
  const isProcessorOnly = names?.every((name) => name === PROCESSOR) ?? false;
  const ofGpus = PROCESS_BACKENDS.filter((name) => wanted.includes(name));
  if (ofGpus.length === 0 || (backends === "auto" && isProcessorOnly)) {
    return { candidates, leftOut };
  }
  if (backends === "auto" && !(options.mayHaveGpu ?? mayHaveGpu())) {
    log.info("this machine shows no GPU; 'lyapunov devices' says more");
    // Whoever starts an image for NVIDIA's cards expects one.
    if (process.env["NVIDIA_VISIBLE_DEVICES"] !== undefined) {
      for (const problem of vulkanProblems(machineFiles(), process.env)) log.warn(problem);
    }
    return { candidates, leftOut };
  }
  const found = await findGpus(ofGpus, {
    log,
    patienceSeconds,
    module: options.processModule,
    allowSoftware: allowSoftware && backends !== "auto",
  });
  return {
    candidates: [...candidates, ...found.candidates],
    leftOut: [...leftOut, ...found.leftOut],
  };
}

/** Why a backend cannot be had here; undefined if it can. */
async function whyNotLoaded(name: BackendName): Promise<string | undefined> {
  try {
    await loadBackend(name);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Measures GPUs, and the processor beside them. Whoever fails at that is left out. */
async function measureAll(
  candidates: readonly Candidate[],
  leftOut: LeftOut[],
  { measuredSeconds = MEASURED_SECONDS }: DeviceOptions,
): Promise<readonly Candidate[]> {
  // Where there are only threads there is nothing to compare.
  if (measuredSeconds === 0 || candidates.every(isThreads)) {
    return candidates;
  }
  const measured: Candidate[] = [];
  for (const candidate of candidates) {
    const backend = candidate.backends.findLast(({ name }) => canPropagateAtAll(name));
    if (backend === undefined) {
      measured.push(candidate);
      continue;
    }
    try {
      measured.push(await measuredBy(candidate, backend.name, measuredSeconds));
    } catch (error) {
      leftOut.push({ backend: backend.name, name: candidate.name, reason: reasonOf(error) });
    }
  }
  return measured;
}

function isThreads({ backends }: Candidate): boolean {
  return backends.every(({ name }) => isThreadBackend(name));
}

/**
 * A candidate with the rate of one of its backends.
 *
 * @throws Error saying why, if it cannot compute
 */
export async function measuredBy(
  candidate: Candidate,
  backend: BackendName,
  seconds: number,
): Promise<Candidate> {
  const weightsPerSecond = await measureWeights(candidate.pool, backend, { seconds, clock });
  return {
    ...candidate,
    backends: candidate.backends.map((each) =>
      each.name === backend ? { ...each, weightsPerSecond } : each,
    ),
  };
}

function clock(): number {
  return performance.now() / 1000;
}

/** @throws UnknownDevice if a name is none of the candidates' */
function assertKnown(names: readonly string[], candidates: readonly Candidate[]): void {
  const known = [...new Set(candidates.map(({ name }) => name))];
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new UnknownDevice(
      `'${name}' is none of the devices that can be had so; ` +
        `there ${known.length === 1 ? "is" : "are"} ${known.join(", ")}; see 'lyapunov devices'`,
    );
  }
}

/** @throws Error saying why, if a backend that was named has no device */
function assertAll(
  backends: BackendChoice,
  candidates: readonly Candidate[],
  leftOut: readonly LeftOut[],
): void {
  if (backends === "auto") return;
  const isThere = (name: BackendName) =>
    candidates.some((candidate) => candidate.backends.some((backend) => backend.name === name));
  for (const name of backends) {
    if (isThere(name)) continue;
    throw new Error(reasons(leftOut.filter(({ backend }) => backend === name)));
  }
}

function reasons(leftOut: readonly LeftOut[]): string {
  const all = new Set(leftOut.map(({ reason }) => reason));
  return all.size === 0 ? "no device is left to compute with" : [...all].join("; ");
}
