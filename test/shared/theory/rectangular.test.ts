import assert from "node:assert/strict";

import { ISOTROPIC_LAWS } from "../../../shared/network/weights.ts";
import { exactExponents } from "../../../shared/theory/exact.ts";
import type { IsotropicLaw } from "../../../shared/theory/layer.ts";
import { rectangularExponents } from "../../../shared/theory/rectangular.ts";
import { Random } from "../../support/random.ts";
import { assertClose } from "./support.ts";

/** Matrices drawn for every layer. */
const DRAWS = 10_000;
/**
 * Standard errors within which means and variances agree. They are of sums of many draws, about
 * normal: one of the 32 comparisons fails by chance for one choice of seed in 50,000.
 */
const Z_LIMIT = 5;

type Matrix = readonly Float64Array[];

/** Rows of a matrix of `rows` × `columns` standard normals. */
function gaussian(random: Random, rows: number, columns: number): Matrix {
  return Array.from({ length: rows }, () =>
    Float64Array.from({ length: columns }, () => random.normal()),
  );
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, each, i) => sum + each * (b[i] ?? NaN), 0);
}

/** Rows of Gaussian matrices made orthonormal one after another, which gives Haar's law. */
function orthonormal(rows: Matrix): Matrix {
  const done: Float64Array[] = [];
  for (const row of rows) {
    let rest = row;
    for (const other of done) {
      const share = dot(rest, other);
      rest = rest.map((each, i) => each - share * (other[i] ?? NaN));
    }
    const norm = Math.hypot(...rest);
    done.push(rest.map((each) => each / norm));
  }
  return done;
}

/** W x for a matrix W of the law at gain 1, drawn in full as `torch.nn.init` draws it. */
function product(random: Random, law: IsotropicLaw, fanOut: number, x: Float64Array): number[] {
  const fanIn = x.length;
  if (law === "gaussian") {
    return gaussian(random, fanOut, fanIn).map((row) => dot(row, x) / Math.sqrt(fanIn));
  }
  if (fanOut <= fanIn) {
    return orthonormal(gaussian(random, fanOut, fanIn)).map((row) => dot(row, x));
  }
  // The columns are orthonormal: W is the transpose of such rows.
  const columns = orthonormal(gaussian(random, fanIn, fanOut));
  return Array.from({ length: fanOut }, (_, i) =>
    columns.reduce((sum, column, j) => sum + (column[i] ?? NaN) * (x[j] ?? NaN), 0),
  );
}

/** Growths of the log-norm in single layers, of survivors. */
function growths(law: IsotropicLaw, fanIn: number, fanOut: number, slope: number): number[] {
  const random = new Random(20260211, fanIn * 100 + fanOut);
  // Any direction serves: these laws look the same from all of them.
  const x = Float64Array.from({ length: fanIn }, (_, i) => 1 + i);
  const norm = Math.hypot(...x);
  const found: number[] = [];
  for (let draw = 0; draw < DRAWS; draw++) {
    const z = product(random, law, fanOut, x);
    const size = Math.hypot(...z.map((each) => (each > 0 ? each : slope * each)));
    if (size > 0) found.push(Math.log(size / norm));
  }
  return found;
}

describe("rectangularExponents", () => {
  for (const law of ISOTROPIC_LAWS) {
    for (const [fanIn, fanOut, slope] of [
      [2, 5, 0.01],
      [5, 2, 0.01],
      [3, 4, 0.3],
      [6, 4, -0.5],
      [7, 1, 0.2],
      [1, 4, 0.2],
      [4, 3, 0],
      [3, 5, 0],
    ] as const) {
      it(`is what ${law} matrices of ${fanOut} × ${fanIn} do, α ${slope}`, () => {
        const exact = rectangularExponents({
          fanIn,
          fanOut,
          weights: law,
          negativeSlope: slope,
          gain: 1,
        });
        const seen = growths(law, fanIn, fanOut, slope);
        const n = seen.length;
        const mean = seen.reduce((sum, each) => sum + each, 0) / n;
        const squares = seen.map((each) => (each - mean) ** 2);
        const variance = squares.reduce((sum, each) => sum + each, 0) / (n - 1);
        const spread = Math.hypot(...squares.map((each) => each - variance)) / n;
        assertClose(mean, exact.lyapunovExponent, Z_LIMIT * Math.sqrt(variance / n), "mean");
        assertClose(variance, exact.variance, Z_LIMIT * spread, "variance");
        const dead = 1 - n / DRAWS;
        const p = exact.extinctionProbability;
        assertClose(dead, p, Z_LIMIT * Math.sqrt((p * (1 - p)) / DRAWS), "extinct share");
      });
    }
  }

  it("is the square layer's law where both sides are equal", () => {
    for (const weights of ISOTROPIC_LAWS) {
      for (const [width, negativeSlope] of [
        [1, 0.5],
        [16, 0.01],
        [300, 0],
      ] as const) {
        const layer = { weights, negativeSlope, gain: 1.3 };
        const exact = exactExponents({ ...layer, width });
        const { lyapunovExponent, variance, criticalGain } = exact.survivors ?? exact;
        assert.deepEqual(rectangularExponents({ ...layer, fanIn: width, fanOut: width }), {
          lyapunovExponent,
          variance,
          criticalGain,
          extinctionProbability: exact.extinctionProbability,
        });
      }
    }
  });

  it("grows by exactly nothing on average at its critical gain", () => {
    for (const weights of ISOTROPIC_LAWS) {
      for (const [fanIn, fanOut] of [
        [4, 16],
        [16, 4],
        [1, 1000],
        [100_000, 3],
      ] as const) {
        const layer = { fanIn, fanOut, weights, negativeSlope: 0.01 };
        const { criticalGain } = rectangularExponents({ ...layer, gain: 1 });
        const { lyapunovExponent } = rectangularExponents({ ...layer, gain: criticalGain });
        assertClose(lyapunovExponent, 0, 1e-14, `${weights} ${fanIn} → ${fanOut}`);
      }
    }
  });
});
