import { setImmediate } from "node:timers/promises";

import type { LearningTask } from "../../../shared/training/examples.ts";
import { initialParameters } from "../../../shared/training/initialParameters.ts";
import { trainedLayers } from "../../../shared/training/layers.ts";
import { learningRateAt } from "../../../shared/training/learningRate.ts";
import { learningTask } from "../../../shared/training/learningTask.ts";
import type { TrainingTask } from "../../../shared/training/trainingTask.ts";
import type { ReplicaObservables } from "../backend.ts";
import { type Standing, TrainingCurves } from "../trainingCurves.ts";
import { lossesOf, lossGradients, stackExamples, type StackedExamples } from "./losses.ts";
import { beginLearning, learn, type Learned } from "./optimizers.ts";
import { type Forward, StackedNetwork } from "./stackedNetwork.ts";
import {
  groupLayers,
  mapStacked,
  squaredNorms,
  type Stacked,
  stackParameters,
} from "./stackedParameters.ts";
import type { Tensor, TensorFlowJs } from "./tensors.ts";

/** Numbers of a layer's activations in a batch: as many as caches hold, and worth an operation. */
const ACTIVATIONS = 2 ** 15;

/** How replicas are put into batches. */
export interface Batches {
  /** Most replicas of a batch, a power of two. */
  readonly most: number;
  /**
   * Whether all batches have one size, and replica r the place r mod size, whichever replicas are
   * asked for; the others are computed and dropped. A library needs it if it sums in another order
   * when it gets more matrices at once, or treats the last few numbers of a tensor otherwise than
   * those before.
   */
  readonly areFixed: boolean;
}

/**
 * Replicas that are trained side by side: a power of two.
 *
 * @internal exported for tests
 */
export function batchSize(
  { network, training }: Pick<TrainingTask, "network" | "training">,
  most: number,
): number {
  const { inputSize, outputSize, training: examples } = learningTask(training.task);
  const width = Math.max(network.width, inputSize, outputSize);
  const size = 2 ** Math.floor(Math.log2(ACTIVATIONS / (width * examples.count)));
  return Math.min(most, Math.max(2, size));
}

/** Trains the task's replicas with TensorFlow.js, in float32. */
export async function trainStacked(
  tf: TensorFlowJs,
  task: TrainingTask,
  { most, areFixed }: Batches,
  advanced?: () => void,
): Promise<ReplicaObservables> {
  const size = batchSize(task, most);
  const curves = new TrainingCurves(task);
  const end = task.firstReplica + task.replicaCount;
  const begin = areFixed ? task.firstReplica - (task.firstReplica % size) : task.firstReplica;
  for (let first = begin; first < end; first += size) {
    const batch = new Batch(tf, task, curves, first, areFixed ? size : Math.min(size, end - first));
    try {
      await batch.train(advanced);
    } finally {
      batch.dispose();
    }
  }
  return curves.observables();
}

/** Replicas that are trained side by side. */
class Batch {
  readonly #tf: TensorFlowJs;
  readonly #task: TrainingTask;
  readonly #curves: TrainingCurves;
  readonly #learningTask: LearningTask;
  readonly #network: StackedNetwork;
  readonly #training: StackedExamples;
  readonly #test: StackedExamples;
  /** For each place, the index of its replica in the task; undefined where nobody asked for it. */
  readonly #indices: readonly (number | undefined)[];
  /** Places whose replicas have diverged. */
  readonly #diverged = new Set<number>();
  /** The parameters, with what the optimizer remembers of them. */
  #learned: Stacked<Learned>;

  constructor(
    tf: TensorFlowJs,
    task: TrainingTask,
    curves: TrainingCurves,
    first: number,
    size: number,
  ) {
    const { network, training, seed, firstReplica, replicaCount } = task;
    this.#tf = tf;
    this.#task = task;
    this.#curves = curves;
    this.#learningTask = learningTask(training.task);
    this.#indices = Array.from({ length: size }, (_, place) => {
      const index = first + place - firstReplica;
      return index >= 0 && index < replicaCount ? index : undefined;
    });
    const groups = groupLayers(trainedLayers(network, this.#learningTask));
    const begun = this.#indices.map((index) =>
      index === undefined
        ? undefined
        : initialParameters(network, training, seed, firstReplica + index),
    );
    const [some = new Float64Array(0)] = begun.filter((parameters) => parameters !== undefined);
    // A place that nobody asked for is filled with what is at hand: no other place sees it.
    const stacked = stackParameters(
      tf,
      groups,
      begun.map((parameters) => parameters ?? some),
    );
    this.#network = new StackedNetwork(tf, groups, size, network.negativeSlope);
    this.#training = stackExamples(tf, this.#learningTask, this.#learningTask.training, size);
    this.#test = stackExamples(tf, this.#learningTask, this.#learningTask.test, size);
    this.#learned = mapStacked(stacked, (tensor) => beginLearning(tf, training.optimizer, tensor));
  }

  /** Takes all steps up to the last that is looked at; other work has its turn after each. */
  async train(advanced?: () => void): Promise<void> {
    const { steps } = this.#task;
    const last = steps.at(-1) ?? 0;
    for (let step = 0; step <= last; step++) {
      const position = steps.indexOf(step);
      this.#tf.tidy(() => {
        const forward = this.#network.forward(this.#parameters, this.#training.inputs);
        const gradients = this.#gradients(forward);
        if (position >= 0) this.#look(position, forward, gradients);
        if (step < last) this.#advance(step, gradients);
      });
      advanced?.();
      await setImmediate();
    }
  }

  dispose(): void {
    const { inputs, targets } = this.#training;
    this.#tf.dispose([inputs, targets, this.#test.inputs, this.#test.targets]);
    this.#tf.dispose(this.#tensors());
    this.#network.dispose();
  }

  get #parameters(): Stacked {
    return mapStacked(this.#learned, ({ parameters }) => parameters);
  }

  #gradients(forward: Forward): Stacked {
    const tf = this.#tf;
    const wanted = lossGradients(tf, this.#learningTask, forward.outputs, this.#training);
    return this.#network.backward(forward, wanted);
  }

  /**
   * Records how the replicas stand. Who has had a loss or a gradient that was not finite before is
   * found here, too: its parameters have not been finite since, and neither is its loss.
   */
  #look(position: number, { outputs }: Forward, gradients: Stacked): void {
    const task = this.#learningTask;
    const size = this.#indices.length;
    const tested = this.#network.forward(this.#parameters, this.#test.inputs).outputs;
    const trainingLosses = lossesOf(task, outputs.dataSync<"float32">(), task.training);
    const testLosses = lossesOf(task, tested.dataSync<"float32">(), task.test);
    const squaredGradients = squaredNorms(gradients, size);
    for (const [place, index] of this.#indices.entries()) {
      if (index === undefined) continue;
      const standing: Standing = {
        testLoss: testLosses[place] as number,
        trainingLoss: trainingLosses[place] as number,
        squaredGradient: squaredGradients[place] as number,
      };
      const isFinite = Object.values(standing).every(Number.isFinite);
      if (!isFinite || this.#curves.isBeyondBound(standing.testLoss)) this.#diverged.add(place);
      this.#curves.record(position, index, this.#diverged.has(place) ? undefined : standing);
    }
  }

  #advance(step: number, gradients: Stacked): void {
    const tf = this.#tf;
    const { training } = this.#task;
    const before = this.#tensors();
    const learningRate = learningRateAt(training, step);
    const next = (learned: Learned, gradient: Tensor, weightDecay: number) =>
      learn(tf, training.optimizer, learned, gradient, { number: step, learningRate, weightDecay });
    this.#learned = this.#learned.map(({ weights, biases }, group) => {
      const ofGroup = gradients[group] as Stacked[number];
      return {
        weights: next(weights, ofGroup.weights, training.weightDecay),
        biases: next(biases, ofGroup.biases, 0),
      };
    });
    for (const tensor of this.#tensors()) tf.keep(tensor);
    tf.dispose(before);
  }

  /** All tensors that outlive a step. */
  #tensors(): Tensor[] {
    return this.#learned
      .flatMap(({ weights, biases }) => [weights, biases])
      .flatMap(({ parameters, memories }) => [parameters, ...memories]);
  }
}
