/** Inputs with the outputs that they should have. All numbers are float32 numbers. */
export interface Examples {
  readonly count: number;
  /** Shape [count][inputSize], row-major. */
  readonly inputs: Float64Array;
  /** Shape [count][outputSize], row-major; of a class, 1 in its place and 0 elsewhere. */
  readonly targets: Float64Array;
}

/**
 * What is minimized: the mean over examples and outputs of the squared error, or the mean over
 * examples of −log softmax(output) at the example's class.
 */
export type Loss = "mean_squared_error" | "softmax_cross_entropy";

/** The data of a task: the same for all replicas, on any machine. */
export interface LearningTask {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly loss: Loss;
  readonly training: Examples;
  readonly test: Examples;
  /** The test loss of the constant output that is best on the test set. */
  readonly constantLoss: number;
}

/** Rows of inputs beside rows of targets. */
export interface Rows {
  readonly inputs: readonly (readonly number[])[];
  readonly targets: readonly (readonly number[])[];
}

/**
 * Puts rows into arrays. Numbers become float32 numbers, so that trainers of either precision see the
 * same data, and so that a last bit by which machines may differ in a logarithm does not matter.
 */
export function examplesOf({ inputs, targets }: Rows): Examples {
  return { count: inputs.length, inputs: rounded(inputs), targets: rounded(targets) };
}

function rounded(rows: readonly (readonly number[])[]): Float64Array {
  return Float64Array.from(rows.flat(), Math.fround);
}

/** Targets of classification: each class as 1 in its place and 0 elsewhere. */
export function oneHot(classes: readonly number[], classCount: number): number[][] {
  return classes.map((chosen) =>
    Array.from({ length: classCount }, (_, place) => (place === chosen ? 1 : 0)),
  );
}

/** The means of the columns of a table with `size` columns. */
function columnMeans(values: Float64Array, size: number): Float64Array {
  const means = new Float64Array(size);
  for (const [i, value] of values.entries()) means[i % size] = (means[i % size] as number) + value;
  return means.map((sum) => (sum * size) / values.length);
}

/** The loss of the best constant on examples: the variance of the targets, or their entropy. */
export function constantLossOf(loss: Loss, { targets }: Examples, outputSize: number): number {
  const means = columnMeans(targets, outputSize);
  if (loss === "softmax_cross_entropy") {
    return means.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0);
  }
  let sum = 0;
  for (const [i, target] of targets.entries()) {
    sum += (target - (means[i % outputSize] as number)) ** 2;
  }
  return sum / targets.length;
}
