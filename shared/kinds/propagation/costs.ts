import type { WeightLaw } from "../../network/weights.ts";
import type { RunBackend } from "../../specification/backends.ts";
import type { PropagationSpecification } from "./specification.ts";

/**
 * Costs of a backend's work, measured in bench/ and rounded. The unit is the time in which `simd`
 * draws and uses one Gaussian weight on a core.
 */
interface CostProfile {
  /** Cost of a dense layer's weight relative to a Gaussian one. */
  readonly weights: Readonly<Record<WeightLaw, number>>;
  /** Cost of a Gaussian weight of a dense layer. */
  readonly dense: number;
  /** Cost of a layer whose norm is drawn from its exact law. */
  readonly isotropicLayer: number;
  /** Least replicas of a shard; `simd` propagates two groups of four at a time. */
  readonly minimumShardSize: number;
}

/** Cost of drawing a weight relative to a Gaussian one. */
export const WEIGHT_COSTS: Readonly<Record<WeightLaw, number>> = {
  gaussian: 1,
  orthogonal: 1,
  uniform: 0.4,
  rademacher: 0.15,
  truncated_normal: 4,
  student_t: 15,
  sparse_gaussian: 1.3,
};

const SIMD: CostProfile = {
  weights: WEIGHT_COSTS,
  dense: 1,
  isotropicLayer: 40,
  minimumShardSize: 8,
};

const PROFILES: Readonly<Record<RunBackend, CostProfile>> = {
  simd: SIMD,
  reference: { weights: WEIGHT_COSTS, dense: 40, isotropicLayer: 640, minimumShardSize: 8 },
  // Shards as for a core: a card is leased many of them at a time.
  webgpu: SIMD,
  tensorflow: SIMD,
  tensorflow_wasm: SIMD,
  // Whoever computes it, the plan is the same.
  any: SIMD,
};

/** Work that takes a thread about half a second. */
const SHARD_WORK = 4e8;
const MAXIMUM_SHARD_SIZE = 65_536;

/** Replicas of a shard: a power of two that takes the run's backend about half a second. */
export function shardSize(specification: PropagationSpecification): number {
  const power = 2 ** Math.floor(Math.log2(SHARD_WORK / replicaWork(specification)));
  const { minimumShardSize } = PROFILES[specification.backend];
  return Math.min(MAXIMUM_SHARD_SIZE, Math.max(minimumShardSize, power));
}

/** Cost of one replica on the run's backend. */
export function replicaWork({ network, sampling, backend }: PropagationSpecification): number {
  const { width, depth, weights } = network;
  const profile = PROFILES[backend];
  if (sampling === "isotropic") return depth * profile.isotropicLayer;
  const layer = profile.weights[weights] * width * width + 2 * width + 10;
  return depth * layer * profile.dense;
}
