import assert from "node:assert/strict";
import { type EntryLaw, entryLaw } from "../../../shared/random/entries.ts";
import { Stream } from "../../../shared/random/stream.ts";
import { chiSquareScore, kolmogorovSmirnov, meanScore, normalCdf } from "./goodnessOfFit.ts";
import { knownAnswers, real, relativeError, seed } from "./knownAnswers.ts";

type Named = Parameters<typeof entryLaw>[0]["weights"];

function lawOf(weights: Named, parameter?: number): EntryLaw {
  const parameters =
    weights === "student_t" ? { degreesOfFreedom: parameter } : { density: parameter };
  return entryLaw({
    width: 1,
    depth: 1,
    negativeSlope: 0,
    weights,
    gain: 1,
    ...(parameter !== undefined && (parameters as object)),
  });
}

const COUNT = 400_000;

/** A stream of the smallest word. */
const zero = () => 0;

function sampleOf(weights: Named, parameter?: number): Float64Array {
  const sample = new Float64Array(COUNT);
  lawOf(weights, parameter).draw(sample, new Stream(77n).words(0, 1));
  return sample;
}

/** Distribution function of Student's t with 5 degrees of freedom, which is elementary. */
function studentFive(t: number): number {
  const x = t / Math.sqrt(5);
  const tail = (x / (1 + x * x)) * (1 + 2 / (3 * (1 + x * x)));
  return 0.5 + (Math.atan(x) + tail) / Math.PI;
}

const truncated = (x: number) => (normalCdf(x) - normalCdf(-2)) / (normalCdf(2) - normalCdf(-2));

describe("entries", () => {
  it("are the known ones, for every law", () => {
    for (const fields of knownAnswers("entry")) {
      const [law, parameter, key, ...rest] = fields;
      const [layer, replica, width, row, column, expected] = rest.map(real) as [
        ...[number, number, number, number, number, number],
      ];
      const entries = new Float64Array(width);
      const nextRow = new Stream(seed(key)).rows(replica, layer, width);
      const named = lawOf(law as Named, parameter === "-" ? undefined : real(parameter));
      for (let i = 0; i <= row; i++) named.draw(entries, nextRow());
      const error = relativeError(entries[column] as number, expected);
      assert.ok(error < 4e-15, `${fields.join(" ")}: ${error}`);
    }
  });

  // Eight thresholds of 9e-7 and twenty at 4.5 standard errors (7e-6), with a fixed seed: a correct
  // sampler would fail for one seed in 7000.
  describe("of 400,000, with a fixed seed,", () => {
    const continuous: [Named, number | undefined, (x: number) => number, number][] = [
      ["gaussian", undefined, normalCdf, 3],
      ["uniform", undefined, (x) => (1 + x) / 2, 1.8],
      ["truncated_normal", undefined, truncated, 2.365588083],
      ["student_t", 5, studentFive, NaN],
    ];
    for (const [weights, parameter, cdf, kurtosis] of continuous) {
      it(`follow the law: ${weights}`, () => {
        const sample = sampleOf(weights, parameter);
        assert.ok(kolmogorovSmirnov(sample, cdf) < 2.7);
        const { deviation } = lawOf(weights, parameter);
        assert.ok(Math.abs(meanScore(sample, (x) => x, 0)) < 4.5);
        assert.ok(Math.abs(meanScore(sample, (x) => (x / deviation) ** 2, 1)) < 4.5);
        // The sample's eighth moment, which the error of the fourth needs, is infinite for ν = 5.
        if (Number.isNaN(kurtosis)) return;
        assert.ok(Math.abs(meanScore(sample, (x) => (x / deviation) ** 4, kurtosis)) < 4.5);
      });
    }

    it("are normal or zero: sparse_gaussian", () => {
      const sample = sampleOf("sparse_gaussian", 0.3);
      assert.ok(Math.abs(meanScore(sample, (x) => Number(x !== 0), 0.3)) < 4.5);
      const kept = sample.filter((x) => x !== 0);
      assert.ok(kolmogorovSmirnov(kept, normalCdf) < 2.7);
      const { deviation } = lawOf("sparse_gaussian", 0.3);
      assert.ok(Math.abs(meanScore(sample, (x) => (x / deviation) ** 2, 1)) < 4.5);
      assert.ok(Math.abs(meanScore(sample, (x) => (x / deviation) ** 4, 10)) < 4.5);
    });

    it("are all kept at density 1", () => {
      assert.ok(sampleOf("sparse_gaussian", 1).every((x) => x !== 0));
    });

    it("are fair signs, free of their neighbours: rademacher", () => {
      const sample = sampleOf("rademacher");
      assert.ok(sample.every((x) => Math.abs(x) === 1));
      const octets = Array.from({ length: 256 }, () => 0);
      for (let i = 0; i < COUNT; i += 8) {
        const octet = sample.slice(i, i + 8).reduce((sum, x) => 2 * sum + Number(x > 0), 0);
        octets[octet] = (octets[octet] as number) + 1;
      }
      assert.ok(
        Math.abs(
          chiSquareScore(
            octets,
            octets.map(() => COUNT / 8 / 256),
          ),
        ) < 4.5,
      );
    });
  });

  it("reach far into the tails", () => {
    // The smallest uniforms that words can make.
    const row = new Float64Array(1);
    lawOf("gaussian").draw(row, zero);
    assert.ok((row[0] as number) > 6.5);
    // Student's t of 3 degrees: √3 · 2^(64/3) and more.
    lawOf("student_t", 3).draw(row, zero);
    assert.ok((row[0] as number) > 1e6);
  });

  it("are refused where they are not independent", () => {
    assert.throws(() => lawOf("orthogonal"), RangeError);
  });
});
