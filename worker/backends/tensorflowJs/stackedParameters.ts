import type { TrainedLayer } from "../../../shared/training/layers.ts";
import type { Tensor, TensorFlowJs } from "./tensors.ts";

/** Layers of one shape, one behind the other, with the parameters of all replicas of a batch. */
export interface LayerGroup<Value = Tensor> {
  /** Shape [layers][replicas][outputSize · inputSize]. */
  readonly weights: Value;
  /** Shape [layers][replicas][outputSize]. */
  readonly biases: Value;
}

/** The parameters of a batch, or something else for each of their tensors. */
export type Stacked<Value = Tensor> = readonly LayerGroup<Value>[];

/** Neighbouring layers that have one shape and one activation. */
export interface GroupShape {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly isActivated: boolean;
  readonly layers: readonly TrainedLayer[];
}

/** Divides a network's layers into as few groups as possible. */
export function groupLayers(layers: readonly TrainedLayer[]): readonly GroupShape[] {
  const groups: (GroupShape & { readonly layers: TrainedLayer[] })[] = [];
  for (const layer of layers) {
    const { inputSize, outputSize, isActivated } = layer;
    const last = groups.at(-1);
    if (
      last?.inputSize === inputSize &&
      last.outputSize === outputSize &&
      last.isActivated === isActivated
    ) {
      last.layers.push(layer);
    } else {
      groups.push({ inputSize, outputSize, isActivated, layers: [layer] });
    }
  }
  return groups;
}

/** Puts the parameters of replicas, each in the order of its layers, into tensors. */
export function stackParameters(
  tf: TensorFlowJs,
  groups: readonly GroupShape[],
  replicas: readonly Float64Array[],
): Stacked {
  const count = replicas.length;
  return groups.map(({ inputSize, outputSize, layers }) => {
    const stack = (size: number, placeOf: (layer: TrainedLayer) => number): Tensor => {
      const numbers = new Float32Array(layers.length * count * size);
      let at = 0;
      for (const layer of layers) {
        const from = placeOf(layer);
        for (const parameters of replicas) {
          numbers.set(parameters.subarray(from, from + size), at);
          at += size;
        }
      }
      return tf.tensor(numbers, [layers.length, count, size]);
    };
    return {
      weights: stack(outputSize * inputSize, ({ weightsAt }) => weightsAt),
      biases: stack(outputSize, ({ biasesAt }) => biasesAt),
    };
  });
}

/** Makes something of each tensor, or of whatever else there is one of for each. */
export function mapStacked<From, To>(
  stacked: Stacked<From>,
  map: (value: From) => To,
): Stacked<To> {
  return stacked.map(({ weights, biases }) => ({ weights: map(weights), biases: map(biases) }));
}

/** For each replica, the sum of the squares of all its numbers, in float64. */
export function squaredNorms(stacked: Stacked, replicaCount: number): Float64Array {
  const sums = new Float64Array(replicaCount);
  for (const tensor of stacked.flatMap(({ weights, biases }) => [weights, biases])) {
    const [layers = 0, count = 0, size = 0] = tensor.shape;
    const numbers = tensor.dataSync<"float32">();
    for (let layer = 0; layer < layers; layer++) {
      for (let replica = 0; replica < replicaCount; replica++) {
        const begin = (layer * count + replica) * size;
        let sum = 0;
        for (let i = begin; i < begin + size; i++) sum += (numbers[i] as number) ** 2;
        sums[replica] = (sums[replica] as number) + sum;
      }
    }
  }
  return sums;
}
