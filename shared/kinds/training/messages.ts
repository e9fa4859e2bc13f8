import type { Training } from "../../training/training.ts";
import { shortName, wireName } from "../../wire/enumerations.ts";
import type { Run, Run__Output } from "../../wire/generated/lyapunov/v1/Run.ts";
import type {
  Training as TrainingMessage,
  Training__Output,
} from "../../wire/generated/lyapunov/v1/Training.ts";
import {
  stoppingRuleInputFromMessage,
  stoppingRuleToMessage,
} from "../../wire/stoppingRuleMessages.ts";
import { networkInputFromMessage, networkToMessage } from "../propagation/messages.ts";
import type { TrainingFields, TrainingInput } from "./specification.ts";
import type { TrainingFieldsInput } from "./trainingInput.ts";

/** Reads what a client asked for; a proto3 zero in an optional field counts as not given. */
export function trainingInputFromMessage(run: Run__Output): TrainingInput {
  return {
    ...(run.network && { network: networkInputFromMessage(run.network) }),
    ...(run.training && {
      training: trainingFieldsFromMessage(run.training),
      checkpointSteps: run.training.checkpointSteps,
    }),
    ...(run.parameters && { parameters: run.parameters }),
    seed: run.seed,
    sampling: shortName("sampling", run.sampling),
    backend: shortName("backend", run.backend),
    checkpointDepths: run.checkpointDepths,
    burnIn: run.burnIn === 0 ? undefined : run.burnIn,
    withoutBurnIn: run.withoutBurnIn,
    ...(run.stoppingRule && { stoppingRule: stoppingRuleInputFromMessage(run.stoppingRule) }),
    level: run.level === 0 ? undefined : run.level,
    displayName: run.displayName,
  };
}

/** Reads how a network is to be trained, without its checkpoints. */
function trainingFieldsFromMessage(training: Training__Output): TrainingFieldsInput {
  return {
    task: shortName("task", training.task),
    optimizer: shortName("optimizer", training.optimizer),
    learningRate: training.learningRate === 0 ? undefined : training.learningRate,
    weightDecay: training.weightDecay,
    finalLearningRateRatio: training.finalLearningRateRatio,
    stepCount: training.stepCount === 0 ? undefined : training.stepCount,
    candidateCount: training.candidateCount === 0 ? undefined : training.candidateCount,
  };
}

/** The fields of a run that follow from a training's specification. */
export function trainingToRun(specification: TrainingFields): Run {
  return {
    displayName: specification.displayName,
    kind: wireName("kind", "training"),
    network: networkToMessage(specification.network),
    training: trainingToMessage(specification.training, specification.checkpointSteps),
    seed: String(specification.seed),
    backend: wireName("backend", specification.backend),
    stoppingRule: stoppingRuleToMessage(specification.stoppingRule),
    level: specification.level,
  };
}

/** Converts how a network is trained to its message. */
export function trainingToMessage(
  training: Training,
  checkpointSteps: readonly number[] = [],
): TrainingMessage {
  const { task, optimizer, ...rest } = training;
  return {
    ...rest,
    task: wireName("task", task),
    optimizer: wireName("optimizer", optimizer),
    checkpointSteps: [...checkpointSteps],
  };
}
