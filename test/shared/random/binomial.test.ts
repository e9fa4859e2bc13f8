import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  binomial,
  binomialProbabilities,
  type BinomialTable,
  binomialTable,
} from "../../../shared/random/binomial.ts";
import { Stream } from "../../../shared/random/stream.ts";
import { chiSquareScore } from "./goodnessOfFit.ts";
import { knownAnswers, real, relativeError, word } from "./knownAnswers.ts";

/** The probability of each outcome under a table, whatever its words are, from 0 to `trials`. */
function impliedProbabilities(table: BinomialTable): Float64Array {
  const probabilities = new Float64Array(table.trials + 1);
  const columns = table.aliases.length;
  const give = (outcome: number, share: number) => {
    probabilities[outcome] = (probabilities[outcome] as number) + share / columns;
  };
  for (const [column, alias] of table.aliases.entries()) {
    const high = table.thresholds[2 * column] as number;
    const low = table.thresholds[2 * column + 1] as number;
    const own = (high + low * 2 ** -32) * 2 ** -32;
    if (own > 0) give(table.firstOutcome + column, own);
    give(alias, 1 - own);
  }
  return probabilities;
}

/** C(n, k) 2⁻ⁿ for k = 0 … n, from integers. */
function exactProbabilities(trials: number): number[] {
  const result = [];
  let coefficient = 1n;
  for (let k = 0; k <= trials; k++) {
    // With 128 binary places, which leave a probability of 2⁻⁶⁴ all the digits of a double.
    result.push(Number((coefficient << 128n) >> BigInt(trials)) * 2 ** -128);
    coefficient = (coefficient * BigInt(trials - k)) / BigInt(k + 1);
  }
  return result;
}

describe("the binomial table", () => {
  it("chooses the known outcomes", () => {
    for (const [trials, word0, word1, outcome] of knownAnswers("binomial")) {
      const chosen = binomial(binomialTable(real(trials)), word(word0), word(word1));
      assert.equal(chosen, real(outcome), `${trials} ${word0} ${word1}`);
    }
  });

  it("reads the bits behind the column as one fraction, without a gap before word 1", () => {
    // Column 0 has the outcome 0 below a fraction of 2⁻³², and the alias 5 from there on.
    const table: BinomialTable = {
      trials: 5,
      firstOutcome: 0,
      columnBits: 3,
      thresholds: Uint32Array.of(1, 0),
      aliases: Uint32Array.of(5),
    };
    assert.equal(binomial(table, 0, 0x1fffffff), 0);
    assert.equal(binomial(table, 0, 0x20000000), 5);
    assert.equal(binomial(table, 1, 0), 5);
  });

  it("gives every outcome its probability, to 2⁻⁵⁰", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), (trials) => {
        const implied = impliedProbabilities(binomialTable(trials));
        for (const [k, exact] of exactProbabilities(trials).entries()) {
          assert.ok(Math.abs((implied[k] as number) - exact) < 2 ** -50, `${trials} ${k}`);
        }
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it("keeps the probability of no success, also where it is tiny", () => {
    for (let trials = 1; trials <= 60; trials++) {
      const implied = impliedProbabilities(binomialTable(trials));
      // A threshold has units of 2⁻⁶⁴ of a column.
      const tolerance = 1e-12 + 2 ** (trials - 64);
      assert.ok(relativeError(implied[0] as number, 2 ** -trials) < tolerance, `${trials}`);
      assert.ok(relativeError(implied[trials] as number, 2 ** -trials) < tolerance, `${trials}`);
    }
  });

  it("leaves out only tails below 2⁻⁶⁴", () => {
    for (const trials of [63, 64, 65, 66, 1000]) {
      const { firstOutcome, probabilities } = binomialProbabilities(trials);
      assert.equal(firstOutcome + probabilities.length - 1, trials - firstOutcome, "symmetry");
      const tail = (end: number) =>
        exactProbabilities(trials)
          .slice(0, end)
          .reduce((sum, p) => sum + p, 0);
      assert.ok(tail(firstOutcome) < 2 ** -64, `${trials}`);
      assert.ok(tail(firstOutcome + 1) >= 2 ** -64, `${trials}`);
    }
    // 10 standard deviations of 128 on either side, rather than 65,537 outcomes.
    assert.ok(binomialTable(65_536).aliases.length <= 4096);
  });

  // One threshold at 4.5 standard deviations for each of five widths: 3e-5 of all seeds would fail.
  it("draws outcomes with the right frequencies, with a fixed seed", () => {
    for (const trials of [1, 2, 7, 64, 1000]) {
      const draws = 100_000;
      const table = binomialTable(trials);
      const next = new Stream(11n).words(0, trials);
      const counts = new Map<number, number>();
      for (let i = 0; i < draws; i++) {
        const outcome = binomial(table, next(), next());
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      }
      const likely = exactProbabilities(trials)
        .map((p, k) => [counts.get(k) ?? 0, p * draws] as const)
        .filter(([, expected]) => expected > 10);
      const observed = likely.map(([count]) => count);
      const expected = likely.map(([, mean]) => mean);
      observed.push(draws + 1 - observed.reduce((sum, count) => sum + count, 0));
      expected.push(draws + 1 - expected.reduce((sum, mean) => sum + mean, 0));
      const score = chiSquareScore(observed, expected);
      assert.ok(Math.abs(score) < 4.5, `${trials} trials: ${score}`);
    }
  });
});
