import assert from "node:assert/strict";

import { drawsOf } from "../../../../worker/backends/tensorflow/draws.ts";
import {
  type Layers,
  layersOf,
  type Products,
} from "../../../../worker/backends/tensorflow/layers.ts";
import type { Tensor } from "../../../../worker/backends/tensorflow/operators.ts";
import { TYPES } from "../../../../worker/backends/tensorflow/binding.ts";
import { needingTensorflow } from "../../../support/tiers/tiers.ts";
import { loadedBinding, loadedOperators } from "./loaded.ts";

const COUNT = 8192;

/** The matrices of COUNT replicas, as columns: [j][replica · width + i] is Q_ij. */
function columnsOf(width: number, products: Products = "batched"): Float64Array[] {
  const operators = loadedOperators();
  using _ = operators.scope();
  const network = { width, depth: 1, negativeSlope: 1, weights: "orthogonal", gain: 1 } as const;
  const draws = drawsOf(operators, network, "dense", "float32", 20n);
  const layers = layersOf(operators, network, "dense");
  const drawn = draws.start(0, COUNT)();
  const state = layers.start(draws.input(0, COUNT), COUNT);
  return Array.from({ length: width }, (__, j) => column(layers, { ...state }, drawn, j));

  /** Column j is what becomes of the unit vector j. */
  function column(own: Layers, start: typeof state, matrices: Tensor, j: number): Float64Array {
    const numbers = Float32Array.from({ length: COUNT * width }, (__, i) =>
      Number(i % width === j),
    );
    const unit = loadedBinding().createTensor([COUNT, width, 1], TYPES.float32, numbers);
    const [found] = operators.tidy(() => {
      const copies = operators.tidy(() => [
        operators.filled([COUNT, 1, 1], 1, "float64"),
        operators.filled([COUNT, 1, 1], 0, "float64"),
      ]);
      const [product, oneSided] = copies as [typeof start.product, typeof start.product];
      const { x } = own.advance({ x: unit as Tensor, product, oneSided }, matrices, products);
      return [operators.cast(x, "float32")] as const;
    });
    loadedBinding().deleteTensor(unit);
    return operators.read(found);
  }
}

/** How many standard errors the mean of a function of the matrices is away from its expectation. */
function score(
  columns: readonly Float64Array[],
  f: (entry: (i: number, j: number) => number) => number,
  expectation: number,
): number {
  const width = columns.length;
  const sample = Array.from({ length: COUNT }, (_, replica) =>
    f((i, j) => columns[j]?.[replica * width + i] as number),
  );
  const mean = sample.reduce((sum, x) => sum + x, 0) / COUNT;
  const variance = sample.reduce((sum, x) => sum + (x - mean) ** 2, 0) / COUNT;
  return (mean - expectation) / Math.sqrt(variance / COUNT);
}

// 16 thresholds at 4.2 standard errors, with a fixed seed: a correct sampler would fail for one seed
// in 2300.
needingTensorflow().describe("orthogonal weights by TensorFlow", () => {
  it("are orthogonal", () => {
    for (const width of [2, 3, 7]) {
      const columns = columnsOf(width);
      for (let replica = 0; replica < 100; replica++) {
        for (let a = 0; a < width; a++) {
          for (let b = 0; b < width; b++) {
            let dot = 0;
            for (let i = replica * width; i < (replica + 1) * width; i++) {
              dot += (columns[a]?.[i] as number) * (columns[b]?.[i] as number);
            }
            assert.ok(Math.abs(dot - Number(a === b)) < 2e-6, `${width} ${a} ${b}: ${dot}`);
          }
        }
      }
    }
  });

  // The moments of ../haar.test.ts, which says where they are from.
  it("follow Haar measure: moments of the traces", () => {
    for (const width of [2, 4, 6]) {
      const columns = columnsOf(width);
      for (const [power, moment] of [0, 1, 0, 3].entries()) {
        const found = score(
          columns,
          (entry) => columns.reduce((sum, _, i) => sum + entry(i, i), 0) ** (power + 1),
          moment,
        );
        assert.ok(Math.abs(found) < 4.2, `${width}: moment ${power + 1}: ${found}`);
      }
    }
  });

  it("follow Haar measure: products of entries of different rows and columns", () => {
    for (const width of [3, 5]) {
      const columns = columnsOf(width);
      const norm = (width - 1) * width * (width + 2);
      const squares = score(columns, (q) => (q(0, 0) * q(1, 1)) ** 2, (width + 1) / norm);
      const crossed = score(columns, (q) => q(0, 0) * q(1, 1) * q(0, 1) * q(1, 0), -1 / norm);
      assert.ok(Math.abs(squares) < 4.2, `${width}: squares: ${squares}`);
      assert.ok(Math.abs(crossed) < 4.2, `${width}: crossed: ${crossed}`);
    }
  });

  it("are the same where products are summed, for devices whose batches are not steady", () => {
    const [batched, summed] = [columnsOf(5, "batched"), columnsOf(5, "summed")];
    for (const [j, column] of batched.entries()) {
      assert.ok(column.every((entry, i) => Math.abs(entry - (summed[j]?.[i] as number)) < 1e-6));
    }
  });
});
