import { initialParameters } from "../../../shared/training/initialParameters.ts";
import { trainedLayers } from "../../../shared/training/layers.ts";
import { learningTask } from "../../../shared/training/learningTask.ts";
import type { TrainingTask } from "../../../shared/training/trainingTask.ts";
import type { ReplicaObservables } from "../backend.ts";
import { type Standing, TrainingCurves } from "../trainingCurves.ts";
import { startOptimizer } from "./optimizer.ts";
import { TrainedNetwork } from "./trainedNetwork.ts";

/** Trains the task's replicas, one after another. */
export async function train(
  task: TrainingTask,
  advanced?: () => void,
): Promise<ReplicaObservables> {
  const curves = new TrainingCurves(task);
  for (let index = 0; index < task.replicaCount; index++) {
    trainReplica(task, index, curves, advanced);
  }
  return curves.observables();
}

function trainReplica(
  { network, training, seed, steps, firstReplica }: TrainingTask,
  index: number,
  curves: TrainingCurves,
  advanced?: () => void,
): void {
  const task = learningTask(training.task);
  const trained = new TrainedNetwork(network, task);
  const parameters = initialParameters(network, training, seed, firstReplica + index, advanced);
  const gradient = new Float64Array(parameters.length);
  const update = startOptimizer(training, trainedLayers(network, task));

  let step = 0;
  let hasDiverged = false;
  for (const [position, observedStep] of steps.entries()) {
    let standing: Standing | undefined;
    while (!hasDiverged) {
      const trainingLoss = trained.lossAndGradient(parameters, task.training, gradient);
      const squaredGradient = gradient.reduce((sum, value) => sum + value * value, 0);
      advanced?.();
      hasDiverged = !Number.isFinite(trainingLoss) || !Number.isFinite(squaredGradient);
      if (hasDiverged) break;
      if (step === observedStep) {
        const testLoss = trained.loss(parameters, task.test);
        hasDiverged = curves.isBeyondBound(testLoss);
        if (!hasDiverged) standing = { testLoss, trainingLoss, squaredGradient };
        break;
      }
      update(parameters, gradient, step++);
    }
    curves.record(position, index, standing);
  }
}
