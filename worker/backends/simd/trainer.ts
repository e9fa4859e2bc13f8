import type { Loss } from "../../../shared/training/examples.ts";
import type { Optimizer } from "../../../shared/training/training.ts";
import { loadModule } from "./kernel.ts";

/**
 * The exports of simd/assembly/training, compiled to WebAssembly; each is documented where it is
 * defined. It trains a pair of replicas, which it keeps between calls.
 */
export interface Trainer {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly reserve: (
    inputSize: number,
    width: number,
    depth: number,
    outputSize: number,
    trainingCount: number,
    testCount: number,
  ) => void;
  readonly setSlope: (slope: number) => void;
  readonly setLoss: (loss: number) => void;
  readonly setOptimizer: (
    optimizer: number,
    weightDecay: number,
    keptMean: number,
    keptSquare: number,
    epsilon: number,
  ) => void;
  readonly weightsAddress: (layer: number) => number;
  readonly biasesAddress: (layer: number) => number;
  readonly inputsAddress: (ofTest: boolean) => number;
  readonly targetsAddress: (ofTest: boolean) => number;
  readonly resultsAddress: () => number;
  readonly differentiate: () => void;
  readonly examine: () => void;
  readonly update: (learningRate: number, meanFactor: number, squareFactor: number) => void;
}

/** Losses as assembly/training/loss.ts numbers them. */
export const LOSSES: Readonly<Record<Loss, number>> = {
  mean_squared_error: 0,
  softmax_cross_entropy: 1,
};

/** Optimizers as assembly/training/optimizer.ts numbers them. */
export const OPTIMIZER_NUMBERS: Readonly<Record<Optimizer, number>> = {
  sgd: 0,
  momentum: 1,
  adam: 2,
};

/** Instantiates a trainer of the caller's own. */
export async function loadTrainer(): Promise<Trainer> {
  return (await loadModule("trainer.wasm")) as Trainer;
}
