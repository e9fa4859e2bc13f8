import type { FieldReader } from "../../specification/violations.ts";
import { LEARNING_TASKS, OPTIMIZERS, type Training } from "../../training/training.ts";

/** Most checkpoints that a training may ask for; its last step is added to them. */
export const MAXIMUM_CHECKPOINT_STEPS = 64;
/** Most steps of a training. */
export const MAXIMUM_STEP_COUNT = 1_000_000;
/** The largest learning rate of a first step. */
const MAXIMUM_LEARNING_RATE = 1_000;
/** Most candidates to choose a network from. */
const MAXIMUM_CANDIDATE_COUNT = 1_000;
/** Spaces between the checkpoints that a training has by default. */
const DEFAULT_SPACES = 40;

/** How a network is trained, as it comes from outside, where nothing is trusted. */
export interface TrainingFieldsInput {
  readonly task?: unknown;
  readonly optimizer?: unknown;
  readonly learningRate?: unknown;
  readonly weightDecay?: unknown;
  readonly finalLearningRateRatio?: unknown;
  readonly stepCount?: unknown;
  readonly candidateCount?: unknown;
}

/** Reads how a network is trained; what is refused has some value that lets others be checked. */
export function readTraining(
  reader: FieldReader,
  input: TrainingFieldsInput | null | undefined,
): Training {
  if (input === undefined || input === null) {
    reader.refuse("training", "it is missing; give a training with a task");
  }
  const given = input ?? {};
  const isMissing = given !== input;
  const learningRate = isMissing ? 1 : readLearningRate(reader, given.learningRate);
  return {
    task: isMissing ? "iris" : reader.oneOf("training.task", given.task, LEARNING_TASKS),
    optimizer: reader.oneOf("training.optimizer", given.optimizer ?? "adam", OPTIMIZERS),
    learningRate,
    weightDecay: readWeightDecay(reader, given.weightDecay ?? 0, learningRate),
    finalLearningRateRatio: reader.number(
      "training.final_learning_rate_ratio",
      given.finalLearningRateRatio ?? 1,
      "a number above 0, at most 1",
      (ratio) => ratio > 0 && ratio <= 1,
    ),
    // In place of a count that is refused, the largest does not make others wrong.
    stepCount: isMissing
      ? MAXIMUM_STEP_COUNT
      : reader.integer(
          "training.step_count",
          given.stepCount,
          1,
          MAXIMUM_STEP_COUNT,
          MAXIMUM_STEP_COUNT,
        ),
    candidateCount: reader.integer(
      "training.candidate_count",
      given.candidateCount ?? 1,
      1,
      MAXIMUM_CANDIDATE_COUNT,
    ),
  };
}

function readLearningRate(reader: FieldReader, value: unknown): number {
  return reader.number(
    "training.learning_rate",
    value,
    "a number above 0, at most 1,000",
    (rate) => rate > 0 && rate <= MAXIMUM_LEARNING_RATE,
  );
}

/** Reads the decay; a step that takes more than the whole weight away is a slip. */
function readWeightDecay(reader: FieldReader, value: unknown, learningRate: number): number {
  const rate = Number.isFinite(learningRate) ? learningRate : 0;
  return reader.number(
    "training.weight_decay",
    value,
    "a number, 0 or more, that is below 1 when multiplied by the learning rate",
    (decay) => decay >= 0 && decay * rate < 1,
  );
}

/** Reads the steps after which sums are kept; the last step is always among them. */
export function readCheckpointSteps(
  reader: FieldReader,
  values: readonly unknown[],
  stepCount: number,
): number[] {
  // The last step, which is on the output of every run, does not count.
  const given = values.filter((value) => value !== stepCount).length;
  if (given > MAXIMUM_CHECKPOINT_STEPS) {
    reader.refuse(
      "training.checkpoint_steps",
      `${given} steps are too many; give at most ${MAXIMUM_CHECKPOINT_STEPS}`,
    );
    return [stepCount];
  }
  const steps =
    values.length === 0
      ? Array.from({ length: DEFAULT_SPACES }, (_, i) =>
          Math.round((i * stepCount) / DEFAULT_SPACES),
        )
      : values.map((value, i) =>
          reader.integer(`training.checkpoint_steps[${i}]`, value, 0, stepCount),
        );
  return [...new Set([...steps, stepCount])].toSorted((a, b) => a - b);
}
