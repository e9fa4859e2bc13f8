import {
  PROCESSOR_BACKENDS,
  type ProcessorBackend,
} from "../../../shared/specification/backends.ts";
import {
  isIsotropic,
  parameterOf,
  type Sampling,
  SAMPLINGS,
  WEIGHT_LAWS,
  type WeightLaw,
} from "../../../shared/network/weights.ts";
import type { Backend, PropagationTask } from "../../../worker/backends/backend.ts";
import { loadBackend } from "../../../worker/backends/registry.ts";
import { lawInput } from "../../support/laws.ts";

/** The parts of a task that tests vary; the others have usual values. */
export interface TaskOptions {
  readonly width: number;
  readonly weights: WeightLaw;
  /** The law's parameter, if it has one. */
  readonly parameter?: number;
  readonly sampling: Sampling;
  readonly negativeSlope?: number;
  readonly gain?: number;
  readonly depths: readonly number[];
  readonly firstReplica?: number;
  readonly replicaCount: number;
  readonly seed?: bigint;
}

/** The seed of tasks that name none. */
export const DEFAULT_SEED = 0x0123456789abcdefn;

/** The log-norm growths that a backend finds, shape [depths][replicas]. */
export async function growths(backend: Backend, options: TaskOptions): Promise<Float64Array[]> {
  const { width, weights, sampling, depths, replicaCount } = options;
  const task: PropagationTask = {
    network: {
      width,
      depth: depths.at(-1) as number,
      negativeSlope: options.negativeSlope ?? 0.01,
      ...lawInput(weights),
      ...(options.parameter !== undefined && {
        [parameterOf(weights) as string]: options.parameter,
      }),
      gain: options.gain ?? 1,
    },
    sampling,
    seed: options.seed ?? DEFAULT_SEED,
    depths,
    firstReplica: options.firstReplica ?? 0,
    replicaCount,
  };
  const { names, values } = await backend.propagate(task);
  if (names.join() !== "log_norm_growth" || values.length !== depths.length * replicaCount) {
    throw new Error("observables of a wrong shape");
  }
  return depths.map((_, i) => values.subarray(i * replicaCount, (i + 1) * replicaCount));
}

/** All backends, loaded. */
export async function loadBackends(): Promise<Record<ProcessorBackend, Backend>> {
  const loaded = await Promise.all(
    PROCESSOR_BACKENDS.map(async (name) => [name, await loadBackend(name)] as const),
  );
  return Object.fromEntries(loaded) as Record<ProcessorBackend, Backend>;
}

/** A way of drawing weights: a law with a sampling. */
export interface Kind {
  readonly weights: WeightLaw;
  readonly sampling: Sampling;
}

/** Every way of drawing weights. */
export const KINDS: readonly Kind[] = WEIGHT_LAWS.flatMap((weights) =>
  SAMPLINGS.filter((sampling) => sampling === "dense" || isIsotropic(weights)).map((sampling) => ({
    weights,
    sampling,
  })),
);

/** Ways whose weights are never zero and never cancel, so that networks die only of ReLU. */
export const LASTING_KINDS = KINDS.filter(
  ({ weights }) => weights !== "rademacher" && weights !== "sparse_gaussian",
);
