import { learningTask } from "../../shared/training/learningTask.ts";
import {
  DIVERGENCE_RATIO,
  LEAST_LOG_LOSS,
  STUCK_RATIO,
  TRAINING_OBSERVABLES,
} from "../../shared/training/trainingObservables.ts";
import type { TrainingTask } from "../../shared/training/trainingTask.ts";
import type { ReplicaObservables } from "./backend.ts";

/** How a replica stands after a number of steps. */
export interface Standing {
  readonly testLoss: number;
  readonly trainingLoss: number;
  /** The square of the Euclidean norm of the gradient of the training loss. */
  readonly squaredGradient: number;
}

/** Collects what trainers observe, in the shape of a backend's answer. */
export class TrainingCurves {
  readonly #constantLoss: number;
  readonly #replicaCount: number;
  readonly #values: Float64Array;

  constructor({ training, steps, replicaCount }: TrainingTask) {
    this.#constantLoss = learningTask(training.task).constantLoss;
    this.#replicaCount = replicaCount;
    this.#values = new Float64Array(steps.length * TRAINING_OBSERVABLES.length * replicaCount);
  }

  /** True if a test loss is so large, or no number, that its replica has diverged. */
  isBeyondBound(testLoss: number): boolean {
    return !(testLoss <= DIVERGENCE_RATIO * this.#constantLoss);
  }

  /**
   * Records a replica, by its index within the task, at one of the task's steps, by its index.
   *
   * @param standing undefined for a replica that has diverged
   */
  record(step: number, replica: number, standing: Standing | undefined): void {
    const observed =
      standing === undefined ? divergedAt(this.#constantLoss) : this.#observed(standing);
    for (const [name, value] of observed.entries()) {
      const row = step * TRAINING_OBSERVABLES.length + name;
      this.#values[row * this.#replicaCount + replica] = value;
    }
  }

  /** All that was recorded. */
  observables(): ReplicaObservables {
    return { names: TRAINING_OBSERVABLES, values: this.#values };
  }

  /** The observables of a replica that has not diverged, in the order of TRAINING_OBSERVABLES. */
  #observed({ testLoss, trainingLoss, squaredGradient }: Standing): readonly number[] {
    const isStuck = testLoss >= STUCK_RATIO * this.#constantLoss;
    return [
      boundedLog(testLoss),
      boundedLog(trainingLoss),
      Math.max(LEAST_LOG_LOSS, 0.5 * Math.log(squaredGradient)),
      0,
      isStuck ? 1 : 0,
    ];
  }
}

function boundedLog(loss: number): number {
  return Math.max(LEAST_LOG_LOSS, Math.log(loss));
}

/** The observables of a replica that has diverged. */
function divergedAt(constantLoss: number): readonly number[] {
  const bound = Math.log(DIVERGENCE_RATIO * constantLoss);
  return [bound, bound, 0, 1, 0];
}
