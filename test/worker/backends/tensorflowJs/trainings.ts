import type { Network } from "../../../../shared/network/network.ts";
import type { Training } from "../../../../shared/training/training.ts";
import { TRAINING_OBSERVABLES } from "../../../../shared/training/trainingObservables.ts";
import type { TrainingTask } from "../../../../shared/training/trainingTask.ts";
import type { Backend } from "../../../../worker/backends/backend.ts";

/** What differs from a small training of the quintic polynomial by Adam. */
export interface Changes extends Partial<Omit<TrainingTask, "network" | "training">> {
  readonly network?: Partial<Network>;
  readonly training?: Partial<Training>;
}

/** A small training; it is looked at before the first step and after 1, 7 and 20. */
export function trainingTask({ network, training, ...rest }: Changes = {}): TrainingTask {
  return {
    network: {
      width: 3,
      depth: 6,
      negativeSlope: 0.2,
      weights: "gaussian",
      gain: 1.4,
      ...network,
    },
    training: {
      task: "quintic_polynomial",
      optimizer: "adam",
      learningRate: 0.01,
      weightDecay: 0.01,
      finalLearningRateRatio: 0.1,
      stepCount: 20,
      candidateCount: 1,
      ...training,
    },
    seed: 5n,
    steps: [0, 1, 7, 20],
    firstReplica: 0,
    replicaCount: 8,
    ...rest,
  };
}

/** The curves of replicas: for each, every observable at every step looked at. */
export async function curves(backend: Backend, task: TrainingTask): Promise<number[][]> {
  const { names, values } = (await backend.train?.(task)) ?? { names: [], values: [] };
  if (String(names) !== String(TRAINING_OBSERVABLES)) throw new Error(`it yields ${String(names)}`);
  const rows = task.steps.length * names.length;
  return Array.from({ length: task.replicaCount }, (_, replica) =>
    Array.from({ length: rows }, (__, row) => values[row * task.replicaCount + replica] as number),
  );
}
