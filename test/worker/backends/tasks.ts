import { BACKENDS, type BackendName } from "../../../shared/network/backends.ts";
import {
  type Sampling,
  SAMPLINGS,
  WEIGHT_LAWS,
  type WeightLaw,
} from "../../../shared/network/weights.ts";
import type { Backend, PropagationTask } from "../../../worker/backends/backend.ts";
import { loadBackend } from "../../../worker/backends/registry.ts";

/** What a test varies of a task; the rest has a usual value. */
export interface TaskOptions {
  readonly width: number;
  readonly weights: WeightLaw;
  readonly sampling: Sampling;
  readonly negativeSlope?: number;
  readonly gain?: number;
  readonly depths: readonly number[];
  readonly firstReplica?: number;
  readonly replicaCount: number;
  readonly seed?: bigint;
}

/** The log-norm growths that a backend finds, shape [depths][replicas]. */
export function growths(backend: Backend, options: TaskOptions): Float64Array[] {
  const { width, weights, sampling, depths, replicaCount } = options;
  const task: PropagationTask = {
    network: {
      width,
      depth: depths.at(-1) as number,
      negativeSlope: options.negativeSlope ?? 0.01,
      weights,
      gain: options.gain ?? 1,
    },
    sampling,
    seed: options.seed ?? 0x0123456789abcdefn,
    depths,
    firstReplica: options.firstReplica ?? 0,
    replicaCount,
  };
  const { names, values } = backend.propagate(task);
  if (names.join() !== "log_norm_growth" || values.length !== depths.length * replicaCount) {
    throw new Error("observables of a wrong shape");
  }
  return depths.map((_, i) => values.subarray(i * replicaCount, (i + 1) * replicaCount));
}

/** All backends, loaded. */
export async function loadBackends(): Promise<Record<BackendName, Backend>> {
  const loaded = await Promise.all(
    BACKENDS.map(async (name) => [name, await loadBackend(name)] as const),
  );
  return Object.fromEntries(loaded) as Record<BackendName, Backend>;
}

/** Every way of drawing weights. */
export const KINDS = WEIGHT_LAWS.flatMap((weights) =>
  SAMPLINGS.map((sampling) => ({ weights, sampling })),
);
