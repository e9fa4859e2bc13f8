import assert from "node:assert/strict";
import { normal } from "../../../shared/random/normal.ts";
import { fillNormals, storeNormals } from "../../../shared/random/normal32.ts";
import { Stream } from "../../../shared/random/stream.ts";
import { kolmogorovSmirnov, meanScore, normalCdf } from "./goodnessOfFit.ts";
import { knownAnswers, real, relativeError, word } from "./knownAnswers.ts";

/** A few units in the last place; the angle, a rounded product, costs the most. */
const TOLERANCE = 1e-15;

describe("normals", () => {
  it("are the known ones, in float64", () => {
    for (const [word0, word1, first] of knownAnswers("normals")) {
      const actual = normal(word(word0), word(word1));
      assert.ok(relativeError(actual, real(first)) < TOLERANCE, `${word0} ${word1}`);
    }
  });

  it("are the known ones, in float32 to the bit", () => {
    for (const [word0, word1, first, second] of knownAnswers("normals32")) {
      const out = new Float64Array(2);
      storeNormals(out, 0, word(word0), word(word1));
      assert.deepEqual([...out], [real(first), real(second)], `${word0} ${word1}`);
    }
  });

  it("in float32 are those in float64 to a relative 4e-7", () => {
    const next = new Stream(8n).words(0, 1);
    const pair = new Float64Array(2);
    for (let i = 0; i < 300_000; i++) {
      const [word0, word1] = [next(), next()];
      storeNormals(pair, 0, word0, word1);
      assert.ok(relativeError(pair[0] as number, normal(word0, word1)) < 4e-7);
      // Only the exchange bit makes the second of a pair the first.
      assert.ok(relativeError(pair[1] as number, normal(word0, word1 ^ 1)) < 4e-7);
    }
  });

  it("do not depend on how many are asked for", () => {
    const stream = new Stream(3n);
    const many = new Float64Array(11);
    fillNormals(many, stream.words(2, 3));
    for (let count = 1; count < 11; count++) {
      const few = new Float64Array(count);
      fillNormals(few, stream.words(2, 3));
      assert.deepEqual(few, many.subarray(0, count));
    }
  });

  // Ten thresholds at 4.5 standard errors (7e-6 two-sided) and one at 9e-7: together they would
  // fail a correct sampler for one seed in 14,000.
  describe("of 400,000, with a fixed seed,", () => {
    const sample = new Float64Array(400_000);
    fillNormals(sample, new Stream(20260210n).words(0, 1));

    it("follow the normal law", () => {
      assert.ok(kolmogorovSmirnov(sample, normalCdf) < 2.7);
    });

    it("have its moments", () => {
      for (const [power, moment] of [0, 1, 0, 3, 0, 15].entries()) {
        const score = meanScore(sample, (x) => x ** (power + 1), moment);
        assert.ok(Math.abs(score) < 4.5, `moment ${power + 1}: ${score}`);
      }
    });

    it("have its tails and its peak", () => {
      const tail = 2 * normalCdf(-4);
      const peak = 2 * normalCdf(1e-3) - 1;
      const tailScore = meanScore(sample, (x) => Number(Math.abs(x) > 4), tail);
      const peakScore = meanScore(sample, (x) => Number(Math.abs(x) < 1e-3), peak);
      assert.ok(Math.abs(tailScore) < 4.5, `tail: ${tailScore}`);
      assert.ok(Math.abs(peakScore) < 4.5, `peak: ${peakScore}`);
    });

    it("are independent of their neighbours in a block", () => {
      const products = sample.map((x, i) => x * (sample[i ^ 1] as number));
      const squares = sample.map((x, i) => (x * x - 1) * ((sample[i ^ 1] as number) ** 2 - 1));
      assert.ok(Math.abs(meanScore(products, (x) => x, 0)) < 4.5 * Math.SQRT2);
      assert.ok(Math.abs(meanScore(squares, (x) => x, 0)) < 4.5 * Math.SQRT2);
    });
  });
});
