import assert from "node:assert/strict";
import { binomial, binomialTable } from "../../../shared/random/binomial.ts";
import { chiSquare } from "../../../shared/random/chiSquare.ts";
import { Stream } from "../../../shared/random/stream.ts";
import { kolmogorovSmirnov, meanScore, normalCdf } from "./goodnessOfFit.ts";
import { knownAnswers, real, relativeError, seed } from "./knownAnswers.ts";

/** Draws `count` variables, each from the words of a layer of its own. */
function sampleOf(degrees: number, count: number): Float64Array {
  const stream = new Stream(5n);
  return Float64Array.from({ length: count }, (_, i) =>
    chiSquare(degrees, stream.words(degrees, i + 1)),
  );
}

describe("chi-square variables", () => {
  it("are the known ones, with the binomial before them", () => {
    for (const [key, layer, replica, width, units, positive, negative] of knownAnswers(
      "isotropic",
    )) {
      const next = new Stream(seed(key)).words(real(replica), real(layer));
      assert.equal(binomial(binomialTable(real(width)), next(), next()), real(units));
      const error = Math.max(
        relativeError(chiSquare(real(units), next), real(positive)),
        relativeError(chiSquare(real(width) - real(units), next), real(negative)),
      );
      assert.ok(error < 1e-14, `${layer} ${replica} ${width}: ${error}`);
    }
  });

  it("with no degree of freedom are zero, and take three words as all attempts do", () => {
    let taken = 0;
    const next = () => taken++;
    assert.equal(chiSquare(0, next), 0);
    assert.equal(taken, 3);
    chiSquare(1, next);
    assert.equal(taken, 6);
  });

  // 20 thresholds at 4.5 standard errors and 2 at 9e-7: 1.4e-4 of all seeds would fail.
  it("have the law's moments, with a fixed seed", () => {
    for (const k of [1, 2, 3, 10, 500]) {
      const sample = sampleOf(k, 30_000);
      const scores = [
        meanScore(sample, (x) => x, k),
        meanScore(sample, (x) => x * x, k * (k + 2)),
        meanScore(sample, (x) => x ** 3, k * (k + 2) * (k + 4)),
        // E log χ²_k = ψ(k/2) + log 2, by the recurrence from ψ(½) or ψ(1).
        meanScore(sample, Math.log, digammaOfHalf(k) + Math.LN2),
      ];
      assert.ok(Math.max(...scores.map(Math.abs)) < 4.5, `${k} degrees: ${scores.join(" ")}`);
    }
  });

  it("have the law's distribution where it is elementary, with a fixed seed", () => {
    const one = kolmogorovSmirnov(sampleOf(1, 30_000), (x) => 2 * normalCdf(Math.sqrt(x)) - 1);
    const two = kolmogorovSmirnov(sampleOf(2, 30_000), (x) => -Math.expm1(-x / 2));
    assert.ok(one < 2.7 && two < 2.7, `${one} ${two}`);
  });
});

/** ψ(k/2) for a positive integer k. */
function digammaOfHalf(k: number): number {
  const EULER = 0.5772156649015329;
  let value = k % 2 === 1 ? -EULER - 2 * Math.LN2 : -EULER;
  for (let x = k % 2 === 1 ? 0.5 : 1; x < k / 2; x++) value += 1 / x;
  return value;
}
