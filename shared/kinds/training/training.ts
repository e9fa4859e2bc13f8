import { wireName } from "../../wire/enumerations.ts";
import type { Kind } from "../kind.ts";
import { trainedWork, trainingShardSize, trainingWork } from "./costs.ts";
import { trainingCheckpoints, trainingEstimateFields, trainingEstimates } from "./fields.ts";
import { trainingInputFromMessage, trainingToRun } from "./messages.ts";
import { trainingShape, trainingTaskToMessage } from "./shardTask.ts";
import {
  parseTrainingFields,
  TRAINING_BACKENDS,
  TRAINING_QUANTITIES,
  type TrainingInput,
  type TrainingSpecification,
} from "./specification.ts";

/** The kind that trains deep narrow networks and estimates their losses. */
export const TRAINING: Kind<TrainingSpecification> = {
  name: "training",
  wireKind: wireName("kind", "training"),
  computedBy: TRAINING_BACKENDS,
  quantities: TRAINING_QUANTITIES,
  parse: parseTraining,
  shardSize: trainingShardSize,
  replicaWork: trainingWork,
  rateKey: ({ backend }) => `${backend}/training`,
  backends: ({ backend }) => TRAINING_BACKENDS.filter((name) => name === backend),
  task: trainingTaskToMessage,
  partialShape: trainingShape,
  // No two backends draw and train the same replica, and no run is of several of them.
  tolerance: () => 0,
  propagation: trainedWork,
  estimates: trainingEstimates,
  inputFromMessage: trainingInputFromMessage,
  specificationFields: trainingToRun,
  estimateFields: trainingEstimateFields,
  conclusionFields: () => ({}),
  checkpointFields: (specification, sums) => ({
    trainingCheckpoints: trainingCheckpoints(specification, sums),
  }),
  chartFields: () => ({ depths: [], fluctuations: null }),
  toJSON: () => "training",
};

/** @throws ValidationError naming every bad field by its path, for example `training.task`. */
function parseTraining(input: TrainingInput): TrainingSpecification {
  return { kind: TRAINING, ...parseTrainingFields(input) };
}
