import assert from "node:assert/strict";

import type { Network } from "../../../../shared/network/network.ts";
import type { Backend } from "../../../../worker/backends/backend.ts";
import { propagateBatch } from "../../../../worker/backends/tensorflow/batch.ts";
import { drawsOf } from "../../../../worker/backends/tensorflow/draws.ts";
import { layersOf, realType } from "../../../../worker/backends/tensorflow/layers.ts";
import { blockSize, SteadyBatches } from "../../../../worker/backends/tensorflow/steadyBatches.ts";
import { needingTensorflow } from "../../../support/tiers/tiers.ts";
import { growths, KINDS } from "../tasks.ts";
import { loadedBackend, loadedOperators } from "./loaded.ts";

const DRAWN_KINDS = KINDS.filter(
  ({ weights }) => weights !== "student_t" && weights !== "sparse_gaussian",
);

needingTensorflow().describe("a replica by TensorFlow", () => {
  let backend: Backend;
  before(async () => {
    backend = await loadedBackend();
  });

  it("is the same bits in whatever task it is propagated", async () => {
    for (const kind of DRAWN_KINDS) {
      for (const width of [1, 3, 16]) {
        const options = { ...kind, width, negativeSlope: -3, depths: [1, 4, 9] };
        const whole = await growths(backend, { ...options, firstReplica: 1003, replicaCount: 70 });
        for (const [firstReplica, replicaCount] of [
          [1003, 1],
          [1007, 2],
          [1008, 32],
          [1011, 62],
        ] as const) {
          const part = await growths(backend, { ...options, firstReplica, replicaCount });
          const begin = firstReplica - 1003;
          for (const [i, expected] of whole.entries()) {
            assert.deepEqual(part[i], expected.subarray(begin, begin + replicaCount));
          }
        }
      }
    }
  });

  it("is the same bits in wide networks, whose blocks are single replicas", async () => {
    const options = { weights: "uniform", sampling: "dense", width: 1024, depths: [2] } as const;
    assert.equal(blockSize(options.width), 1);
    const [pair] = await growths(backend, { ...options, firstReplica: 6, replicaCount: 2 });
    const [single] = await growths(backend, { ...options, firstReplica: 7, replicaCount: 1 });
    assert.equal(pair?.[1], single?.[0]);
  });

  it("is the same bits whatever depths are looked at", async () => {
    for (const kind of DRAWN_KINDS) {
      const options = { ...kind, width: 3, replicaCount: 5 };
      const every = await growths(backend, { ...options, depths: [1, 7, 8, 9, 16, 17] });
      const few = await growths(backend, { ...options, depths: [8, 17] });
      assert.deepEqual(few, [every[2], every[5]]);
    }
  });

  it("is another one with another seed or number", async () => {
    for (const kind of DRAWN_KINDS) {
      const options = { ...kind, width: 9, depths: [3], replicaCount: 40 };
      const samples: number[] = [];
      for (const seed of [1n, 2n, 1n << 32n, (1n << 64n) - 1n]) {
        const [growth] = await growths(backend, { ...options, seed });
        samples.push(...(growth as Float64Array));
      }
      assert.equal(new Set(samples).size, samples.length);
    }
  });

  it("has uniform numbers on a symmetric grid without 0, in float32 and in float64", () => {
    const operators = loadedOperators();
    using _ = operators.scope();
    const network: Network = { weights: "uniform", width: 64, depth: 1, negativeSlope: 1, gain: 1 };
    for (const [type, step] of [
      ["float32", 2 ** -24],
      ["float64", 2 ** -53],
    ] as const) {
      const drawn = drawsOf(operators, network, "dense", type, 5n).start(0, 64)();
      const numbers = operators.read(operators.cast(drawn, type));
      assert.ok(numbers.every((number) => Math.abs((number / step) % 2) === 1));
      assert.ok(
        numbers.some((number) => number > 0.499) && numbers.some((number) => number < -0.499),
      );
    }
  });

  it("has the bits of its block in large batches, whichever way products are computed", async () => {
    const operators = loadedOperators();
    const batches = new SteadyBatches(operators);
    const network: Network = {
      weights: "uniform",
      width: 16,
      depth: 9,
      negativeSlope: 0.1,
      gain: 1,
    };
    assert.equal(batches.productsFor(network, "dense"), "batched");
    assert.equal(batches.blocksAtOnce(network, "dense", 16), 16);
    assert.equal(batches.blocksAtOnce(network, "dense", 13), 8);
    for (const products of ["batched", "summed"] as const) {
      const found = async (firstReplica: number, replicas: number): Promise<number[]> => {
        using _ = operators.scope();
        const draws = drawsOf(operators, network, "dense", realType(network), 5n);
        const layers = layersOf(operators, network, "dense");
        const seen: number[] = [];
        const propagation = { operators, draws, layers, products, depths: [9] };
        await propagateBatch(propagation, firstReplica, replicas, (_position, atDepth) => {
          seen.push(...atDepth);
        });
        return seen;
      };
      const whole = await found(0, 128);
      assert.deepEqual(await found(120, 8), whole.slice(120));
    }
  });
});
