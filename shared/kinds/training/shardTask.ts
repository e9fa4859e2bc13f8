import { lawParameters, WEIGHT_LAWS } from "../../network/weights.ts";
import type { PartialShape } from "../../shard/partialShape.ts";
import { BACKENDS, type BackendName } from "../../specification/backends.ts";
import { LEARNING_TASKS, OPTIMIZERS } from "../../training/training.ts";
import { TRAINING_OBSERVABLES } from "../../training/trainingObservables.ts";
import type { TrainingTask } from "../../training/trainingTask.ts";
import { shortName, wireName, type EnumerationField } from "../../wire/enumerations.ts";
import type {
  ShardTask as ShardTaskMessage,
  ShardTask__Output,
} from "../../wire/generated/lyapunov/v1/ShardTask.ts";
import { networkToMessage } from "../propagation/messages.ts";
import { trainingToMessage } from "./messages.ts";
import { OBSERVABLES } from "./observables.ts";
import type { TrainingSpecification } from "./specification.ts";

/**
 * The width that bins of losses' logarithms are aligned to. Bins are 2⁻³⁵ wide, which is as good as
 * exact, until 128 of them hold values.
 */
const SKETCH_BIN_WIDTH = 1 / 8;

/** A shard of a training as a worker sees it. */
export interface TrainingShardTask extends TrainingTask {
  readonly backend: BackendName;
  readonly sketchBinWidths: readonly number[];
}

/** The form that every partial of a training must have. */
export function trainingShape({ backend, checkpointSteps }: TrainingSpecification): PartialShape {
  return {
    backend,
    depths: checkpointSteps,
    observables: OBSERVABLES,
    sketchBinWidths: checkpointSteps.map(() => SKETCH_BIN_WIDTH),
  };
}

/**
 * What the tasks of all shards of a training have in common, as a message.
 *
 * @throws RangeError if the specification leaves the backend open
 */
export function trainingTaskToMessage(specification: TrainingSpecification): ShardTaskMessage {
  const { network, training, backend, seed, checkpointSteps } = specification;
  if (backend === "any") throw new RangeError("a task must name its backend, and not any");
  return {
    kind: wireName("kind", "training"),
    network: networkToMessage(network),
    training: trainingToMessage(training),
    backend: wireName("backend", backend),
    seed: String(seed),
    checkpointDepths: [...checkpointSteps],
    observables: [...TRAINING_OBSERVABLES],
    sketchBinWidths: [...trainingShape(specification).sketchBinWidths],
  };
}

/**
 * Reads a training's task from its message.
 *
 * @throws RangeError for a name that this version does not know.
 */
export function trainingTaskFromMessage(message: ShardTask__Output): TrainingShardTask {
  const { network, training } = message;
  if (!network || network.negativeSlope === undefined || !training) {
    throw new RangeError("a shard of a training came without a network or a training");
  }
  const unknown = message.observables.find(
    (name, i) =>
      name !== TRAINING_OBSERVABLES[i] || message.observables.length !== OBSERVABLES.length,
  );
  if (unknown !== undefined) throw new RangeError(`a shard asks for an unknown '${unknown}'`);
  return {
    network: {
      width: network.width,
      depth: network.depth,
      negativeSlope: network.negativeSlope,
      weights: known("weights", network.weights, WEIGHT_LAWS),
      ...lawParameters(network),
      gain: network.gain,
    },
    training: {
      task: known("task", training.task, LEARNING_TASKS),
      optimizer: known("optimizer", training.optimizer, OPTIMIZERS),
      learningRate: training.learningRate,
      weightDecay: training.weightDecay,
      finalLearningRateRatio: training.finalLearningRateRatio ?? 1,
      stepCount: training.stepCount,
      candidateCount: training.candidateCount,
    },
    backend: known("backend", message.backend, BACKENDS),
    seed: BigInt(message.seed),
    steps: message.checkpointDepths,
    firstReplica: Number(message.firstReplica),
    replicaCount: Number(message.replicaCount),
    sketchBinWidths: message.sketchBinWidths,
  };
}

function known<T extends string>(field: EnumerationField, value: string, names: readonly T[]): T {
  const short = shortName(field, value);
  const name = names.find((candidate) => candidate === short);
  if (name === undefined) throw new RangeError(`a shard names an unknown ${field}: ${value}`);
  return name;
}
