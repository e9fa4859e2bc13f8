import assert from "node:assert/strict";
import type { Network } from "../../../shared/network/network.ts";
import { WEIGHT_LAWS } from "../../../shared/network/weights.ts";
import { Stream } from "../../../shared/random/stream.ts";
import { initialParameters } from "../../../shared/training/initialParameters.ts";
import { parameterCount, trainedLayers } from "../../../shared/training/layers.ts";
import { learningTask } from "../../../shared/training/learningTask.ts";
import type { Training } from "../../../shared/training/training.ts";
import { referenceBackend } from "../../../worker/backends/reference/referenceBackend.ts";

const SEED = 11n;

const TRAINING: Training = {
  task: "iris",
  optimizer: "adam",
  learningRate: 0.01,
  weightDecay: 0,
  finalLearningRateRatio: 1,
  stepCount: 10,
  candidateCount: 1,
};

const TASK = learningTask("iris");

function networkOf(weights: Network["weights"]): Network {
  return {
    width: 3,
    depth: 6,
    negativeSlope: 0.2,
    weights,
    gain: 1.3,
    ...(weights === "student_t" && { degreesOfFreedom: 4 }),
    ...(weights === "sparse_gaussian" && { density: 0.7 }),
  };
}

function norm(x: readonly number[]): number {
  return Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
}

/** The growth of the log-norm of the replica's own x₀ through the stack of these parameters. */
function growthThrough(network: Network, parameters: Float64Array, replica: number): number {
  const first = new Float64Array(network.width);
  new Stream(SEED).input(first, replica);
  let x = [...first];
  for (const layer of trainedLayers(network, TASK).filter(({ isActivated }) => isActivated)) {
    const z = Array.from({ length: layer.outputSize }, (_, i) => {
      const row = layer.weightsAt + i * layer.inputSize;
      return x.reduce((sum, value, j) => sum + value * (parameters[row + j] as number), 0);
    });
    x = z.map((value) => (value > 0 ? value : network.negativeSlope * value));
  }
  return Math.log(norm(x) / norm([...first]));
}

describe("the parameters with which a training begins", () => {
  for (const weights of WEIGHT_LAWS) {
    it(`have the stack that propagation draws, weights ${weights}`, async () => {
      const network = networkOf(weights);
      const seen = await referenceBackend.propagate({
        network,
        sampling: "dense",
        seed: SEED,
        depths: [network.depth],
        firstReplica: 4,
        replicaCount: 5,
      });
      for (const [i, growth] of seen.values.entries()) {
        const parameters = initialParameters(network, TRAINING, SEED, 4 + i);
        const found = growthThrough(network, parameters, 4 + i);
        // A sparse network may be extinct in both, −∞.
        assert.ok(found === growth || Math.abs(found - growth) < 1e-10, `${found} ${growth}`);
      }
    });
  }

  it("are the same in the layers around the stack, whatever its law; biases are zero", () => {
    const gaussian = networkOf("gaussian");
    const orthogonal = { ...networkOf("orthogonal"), gain: 0.4 };
    const layers = trainedLayers(gaussian, TASK);
    const [a, b] = [gaussian, orthogonal].map((network) =>
      initialParameters(network, TRAINING, SEED, 0),
    ) as [Float64Array, Float64Array];
    assert.equal(a.length, parameterCount(layers));
    for (const [i, { weightsAt, biasesAt, outputSize }] of layers.entries()) {
      const weights = [a, b].map((parameters) => parameters.slice(weightsAt, biasesAt));
      if (i === 0 || i === layers.length - 1) assert.deepEqual(weights[0], weights[1]);
      else assert.notDeepEqual(weights[0], weights[1]);
      assert.ok(a.slice(biasesAt, biasesAt + outputSize).every((bias) => bias === 0));
    }
  });

  it("have variance 1/inputs in the input and the output layer", () => {
    // 400 × 12 and 400 × 9 squares of normals: z-scores beyond 4 have a chance of 1 in 16,000.
    const network = networkOf("gaussian");
    const layers = trainedLayers(network, TASK);
    for (const layer of [layers[0], layers.at(-1)]) {
      assert.ok(layer !== undefined);
      const squares = Array.from({ length: 400 }, (_, replica) =>
        initialParameters(network, TRAINING, SEED, replica).slice(layer.weightsAt, layer.biasesAt),
      ).flatMap((weights) => [...weights].map((weight) => layer.inputSize * weight * weight));
      const mean = squares.reduce((sum, value) => sum + value, 0) / squares.length;
      assert.ok(Math.abs(mean - 1) / Math.sqrt(2 / squares.length) < 4, `${mean}`);
    }
  });

  it("are those of the best of several candidates, each a replica of propagation", () => {
    const network = networkOf("gaussian");
    const { weightsAt } = trainedLayers(network, TASK)[1] ?? { weightsAt: NaN };
    const stackOf = (candidateCount: number, replica: number) =>
      initialParameters(network, { ...TRAINING, candidateCount }, SEED, replica)
        .slice(weightsAt, -(network.width + 1) * TASK.outputSize)
        .join();
    const kept = Array.from({ length: 20 }, (_, replica) => {
      const candidates = [0, 1, 2].map((c) => stackOf(1, 3 * replica + c));
      return candidates.indexOf(stackOf(3, replica));
    });
    assert.ok(!kept.includes(-1));
    assert.equal(new Set(kept).size, 3);
  });
});
