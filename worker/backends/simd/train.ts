import type { Examples } from "../../../shared/training/examples.ts";
import { initialParameters } from "../../../shared/training/initialParameters.ts";
import { trainedLayers } from "../../../shared/training/layers.ts";
import { learningRateAt } from "../../../shared/training/learningRate.ts";
import { learningTask } from "../../../shared/training/learningTask.ts";
import type { TrainingTask } from "../../../shared/training/trainingTask.ts";
import type { ReplicaObservables } from "../backend.ts";
import { ADAM, MOMENTUM } from "../optimizerConstants.ts";
import { TrainingCurves } from "../trainingCurves.ts";
import { LOSSES, OPTIMIZER_NUMBERS, type Trainer } from "./trainer.ts";

/** Replicas that the trainer trains side by side: the float64 numbers of a vector. */
const PAIR = 2;

/** Numbers that a vector's bytes are: two float64. */
const VECTOR_NUMBERS = 2;

/**
 * Trains the task's replicas pair by pair. No lane knows of the other, so a replica's curve does not
 * depend on its companion; a last one without companion is trained beside itself.
 *
 * Float64, since a network of width 2, depth 40 and slope 0.01 takes its activations to 10⁻²⁵ with
 * He's gain and to 10⁻⁴⁰ with PyTorch's: beyond float32, but a gradient that an optimizer such as Adam
 * may still tell from zero. It also lets replicas agree with `reference` to rounding.
 */
export function train(
  trainer: Trainer,
  task: TrainingTask,
  advanced?: () => void,
): ReplicaObservables {
  const { network, training, replicaCount } = task;
  const data = learningTask(training.task);
  const { inputSize, outputSize } = data;
  const { width, depth, negativeSlope } = network;
  const curves = new TrainingCurves(task);
  for (let index = 0; index < replicaCount; index += PAIR) {
    trainer.reserve(inputSize, width, depth, outputSize, data.training.count, data.test.count);
    trainer.setSlope(negativeSlope);
    trainer.setLoss(LOSSES[data.loss]);
    setOptimizer(trainer, task);
    const memory = new Float64Array(trainer.memory.buffer);
    writeExamples(trainer, memory, data.training, false);
    writeExamples(trainer, memory, data.test, true);
    const indices = Array.from({ length: PAIR }, (_, i) => Math.min(index + i, replicaCount - 1));
    for (const [lane, replica] of indices.entries())
      writeReplica(trainer, memory, task, lane, replica, advanced);
    trainPair(trainer, memory, task, indices, curves, advanced);
  }
  return curves.observables();
}

function setOptimizer(trainer: Trainer, { training }: TrainingTask): void {
  const { optimizer, weightDecay } = training;
  const keptMean = optimizer === "adam" ? ADAM.beta1 : MOMENTUM;
  const number = OPTIMIZER_NUMBERS[optimizer];
  trainer.setOptimizer(number, weightDecay, keptMean, ADAM.beta2, ADAM.epsilon);
}

/** Writes inputs and targets, the same for both lanes; the last point again where there is padding. */
function writeExamples(
  trainer: Trainer,
  memory: Float64Array,
  { count, inputs, targets }: Examples,
  ofTest: boolean,
): void {
  const padded = Math.ceil(count / 4) * 4;
  const write = (address: number, table: Float64Array) => {
    const size = table.length / count;
    for (let place = 0; place < padded * size; place++) {
      const point = Math.min(place % padded, count - 1);
      const value = table[point * size + Math.floor(place / padded)] as number;
      const at = address / 8 + VECTOR_NUMBERS * place;
      memory.fill(value, at, at + VECTOR_NUMBERS);
    }
  };
  write(trainer.inputsAddress(ofTest), inputs);
  write(trainer.targetsAddress(ofTest), targets);
}

/** Writes a replica's initial parameters into its lane. Padding keeps the zeros of `reserve`. */
function writeReplica(
  trainer: Trainer,
  memory: Float64Array,
  { network, training, seed, firstReplica }: TrainingTask,
  lane: number,
  index: number,
  advanced?: () => void,
): void {
  const parameters = initialParameters(network, training, seed, firstReplica + index, advanced);
  const layers = trainedLayers(network, learningTask(training.task));
  for (const [number, layer] of layers.entries()) {
    const { inputSize, outputSize, weightsAt } = layer;
    const weights = trainer.weightsAddress(number) / 8 + lane;
    const rowLength = 2 * Math.ceil(inputSize / 2);
    for (let i = 0; i < outputSize; i++) {
      for (let j = 0; j < inputSize; j++) {
        const weight = parameters[weightsAt + i * inputSize + j] as number;
        memory[weights + VECTOR_NUMBERS * (i * rowLength + j)] = weight;
      }
    }
    const biases = trainer.biasesAddress(number) / 8 + lane;
    for (let i = 0; i < outputSize; i++) {
      memory[biases + VECTOR_NUMBERS * i] = parameters[layer.biasesAt + i] as number;
    }
  }
}

/** Trains the two replicas that were written, and records their curves. */
function trainPair(
  trainer: Trainer,
  memory: Float64Array,
  { training, steps }: TrainingTask,
  indices: readonly number[],
  curves: TrainingCurves,
  advanced?: () => void,
): void {
  const results = trainer.resultsAddress() / 8;
  const result = (number: number, lane: number) =>
    memory[results + VECTOR_NUMBERS * number + lane] as number;
  const hasDiverged = indices.map(() => false);
  let step = 0;
  for (const [position, observedStep] of steps.entries()) {
    while (hasDiverged.includes(false)) {
      trainer.differentiate();
      advanced?.();
      for (const lane of indices.keys()) {
        const isFinite = Number.isFinite(result(0, lane)) && Number.isFinite(result(1, lane));
        if (!isFinite) hasDiverged[lane] = true;
      }
      if (step === observedStep) break;
      updateAt(trainer, training, step++);
    }
    trainer.examine();
    for (const [lane, index] of indices.entries()) {
      const testLoss = result(2, lane);
      if (curves.isBeyondBound(testLoss)) hasDiverged[lane] = true;
      const standing = {
        testLoss,
        trainingLoss: result(0, lane),
        squaredGradient: result(1, lane),
      };
      curves.record(position, index, hasDiverged[lane] === true ? undefined : standing);
    }
  }
}

function updateAt(trainer: Trainer, training: TrainingTask["training"], step: number): void {
  const meanFactor = 1 / (1 - ADAM.beta1 ** (step + 1));
  const squareFactor = 1 / (1 - ADAM.beta2 ** (step + 1));
  trainer.update(learningRateAt(training, step), meanFactor, squareFactor);
}
