import type { Propagation } from "../../shard/propagation.ts";
import { learningTask } from "../../training/learningTask.ts";
import type { TrainingSpecification } from "./specification.ts";

/** Cost of training with a backend. */
interface CostProfile {
  /** Cost of a weight in a step for a point, in the unit of propagation's costs. */
  readonly weight: number;
  /** Least replicas of a shard, which are trained as one batch. */
  readonly minimumShardSize: number;
}

const SIMD: CostProfile = { weight: 0.25, minimumShardSize: 16 };

const PROFILES: Readonly<Record<string, CostProfile>> = {
  simd: SIMD,
  reference: { weight: 20, minimumShardSize: 16 },
  tensorflow_wasm: { weight: 6, minimumShardSize: 64 },
  tensorflow: { weight: 2, minimumShardSize: 64 },
};

/** Work that takes a thread about half a second. */
const SHARD_WORK = 4e8;
/** Most replicas of a shard, so that a study's hundreds of seeds are shared among workers. */
const MAXIMUM_SHARD_SIZE = 1024;

/** Replicas of a shard: a power of two that takes the run's backend half a second or more. */
export function trainingShardSize(specification: TrainingSpecification): number {
  const power = 2 ** Math.floor(Math.log2(SHARD_WORK / trainingWork(specification)));
  const { minimumShardSize } = profileOf(specification);
  return Math.min(MAXIMUM_SHARD_SIZE, Math.max(minimumShardSize, power));
}

/** Cost of training one replica on the run's backend. */
export function trainingWork(specification: TrainingSpecification): number {
  const { network, training } = specification;
  const { width, depth } = network;
  const { inputSize, outputSize, training: examples } = learningTask(training.task);
  // Each layer is passed forwards, backwards, and for its gradient; units cost, too.
  const stack = depth * (3 * width * width + 6 * width);
  const ends = 3 * width * (inputSize + outputSize);
  const { weight } = profileOf(specification);
  return weight * training.stepCount * examples.count * (stack + ends);
}

/** The work in training a number of replicas, for metrics: each step counts each weight once. */
export function trainedWork(
  { network, training, backend }: Pick<TrainingSpecification, "network" | "training" | "backend">,
  replicaCount: number,
): Propagation {
  const { width, depth } = network;
  const layerCount = replicaCount * depth * training.stepCount;
  return {
    backend,
    weights: "training",
    replicaCount,
    layerCount,
    weightCount: layerCount * width * width,
  };
}

function profileOf({ backend }: TrainingSpecification): CostProfile {
  return PROFILES[backend] ?? SIMD;
}
