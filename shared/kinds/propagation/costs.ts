import type { BackendName } from "../../specification/backends.ts";
import type { WeightLaw } from "../../network/weights.ts";
import type { PropagationSpecification } from "./specification.ts";

/**
 * What work costs a backend, measured in bench/ and rounded. The unit is a Gaussian weight that `simd`
 * draws and consumes on a core.
 */
interface CostProfile {
  /** A weight of a dense layer beside a Gaussian one. */
  readonly weights: Readonly<Record<WeightLaw, number>>;
  /** A Gaussian weight of a dense layer. */
  readonly dense: number;
  /** A layer whose norm is drawn from its exact law. */
  readonly isotropicLayer: number;
}

const WEIGHTS: Readonly<Record<WeightLaw, number>> = {
  gaussian: 1,
  orthogonal: 1,
  uniform: 0.4,
  rademacher: 0.15,
  truncated_normal: 4,
  student_t: 15,
  sparse_gaussian: 1.3,
};

const PROFILES: Readonly<Record<BackendName, CostProfile>> = {
  simd: { weights: WEIGHTS, dense: 1, isotropicLayer: 40 },
  reference: { weights: WEIGHTS, dense: 40, isotropicLayer: 640 },
};

/** Work of about half a second for a thread. */
const SHARD_WORK = 4e8;
/** The kernels propagate two groups of four replicas at a time. */
const MINIMUM_SHARD_SIZE = 8;
const MAXIMUM_SHARD_SIZE = 65_536;

/** Replicas of a shard: a power of two, for about half a second of work on the run's backend. */
export function shardSize(specification: PropagationSpecification): number {
  const power = 2 ** Math.floor(Math.log2(SHARD_WORK / replicaWork(specification)));
  return Math.min(MAXIMUM_SHARD_SIZE, Math.max(MINIMUM_SHARD_SIZE, power));
}

/** Cost of one replica on the run's backend. */
export function replicaWork({ network, sampling, backend }: PropagationSpecification): number {
  const { width, depth, weights } = network;
  const profile = PROFILES[backend];
  if (sampling === "isotropic") return depth * profile.isotropicLayer;
  const layer = profile.weights[weights] * width * width + 2 * width + 10;
  return depth * layer * profile.dense;
}
