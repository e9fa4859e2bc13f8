import assert from "node:assert/strict";

import {
  checkAll,
  exactly,
  verdictOfAll,
  type Measurement,
  type Verdict,
} from "../../../client/reproduce/check.ts";
import { overRuns, zScores } from "../../../client/reproduce/measurements.ts";
import { Random } from "../../support/random.ts";

type Fields = Partial<Measurement> & { readonly standardError?: number };

/** A measurement whose interval is about 3.3 standard errors to each side, if it is alone. */
function measurement({ standardError = 0.1, ...fields }: Fields): Measurement {
  return {
    what: "a number",
    estimate: 1,
    ...(standardError > 0 && { error: { value: standardError, degreesOfFreedom: Infinity } }),
    expectation: exactly(1),
    resolution: 0.5,
    ...fields,
  };
}

/** What a claim says whose checks find these numbers and expect 1. */
function verdictOn(...estimates: readonly number[]): Verdict {
  return verdictOfAll(checkAll(estimates.map((estimate) => measurement({ estimate }))));
}

/** What the two tests of z-scores say. */
function verdictsOn(scores: readonly number[]): Verdict[] {
  return checkAll(zScores("them", scores)).map(({ verdict }) => verdict);
}

describe("a check of a claim", () => {
  const table: readonly (readonly [string, Fields, Verdict])[] = [
    ["meets its expectation and is narrow", {}, "holds"],
    ["misses its expectation", { estimate: 1.4 }, "does not hold"],
    ["misses it from below", { estimate: 0.6 }, "does not hold"],
    ["is too wide to tell", { standardError: 1 }, "cannot be told"],
    ["is wide, and still misses", { estimate: 9, standardError: 1 }, "does not hold"],
    ["reaches too far to one side", { estimate: 1.3 }, "cannot be told"],
    ["lies within a range", { expectation: { from: 0, to: 2 }, resolution: 0 }, "holds"],
    [
      "crosses the end of a range",
      { expectation: { from: 0.9, to: 2 }, resolution: 0 },
      "cannot be told",
    ],
    ["lies beyond a range", { expectation: { from: 2, to: 3 }, resolution: 0 }, "does not hold"],
    ["is a number as it is", { standardError: 0, resolution: 0 }, "holds"],
    ["is another number", { estimate: 2, standardError: 0 }, "does not hold"],
    [
      "counts what is not known",
      { estimate: 2, standardError: 0, missed: "cannot be told" },
      "cannot be told",
    ],
    ["has an interval of its own", { interval: { lower: 2, upper: 3 } }, "does not hold"],
    ["has an interval without an end", { interval: { lower: 0.9, upper: NaN } }, "cannot be told"],
    ["is no number", { estimate: NaN }, "cannot be told"],
  ];
  for (const [what, fields, verdict] of table) {
    it(`says '${verdict}' of what ${what}`, () => {
      assert.deepEqual(
        checkAll([measurement(fields)]).map((check) => check.verdict),
        [verdict],
      );
    });
  }

  it("shares the false-alarm rate with the others of its claim", () => {
    const [alone] = checkAll([measurement({})], 0.02);
    const [one, other] = checkAll([measurement({}), measurement({})], 0.02);
    assert.ok(alone !== undefined && one !== undefined);
    assert.deepEqual([alone.falseAlarmRate, one.falseAlarmRate], [0.02, 0.01]);
    assert.ok(one.upper > alone.upper);
    assert.equal(other?.upper, one.upper);
  });

  it("decides for all of them", () => {
    assert.equal(verdictOn(1, 1), "holds");
    assert.equal(verdictOn(1, 1.3), "cannot be told");
    assert.equal(verdictOn(1, 1.3, 2), "does not hold");
    assert.equal(verdictOn(), "cannot be told");
  });
});

describe("a mean over runs", () => {
  /*
   * By chance 4 ± 2 of 4,000 claims with one check each are said not to hold. More than 14 would be a
   * false alarm of this test in 3 of 100,000 seeds.
   */
  it("misses a true expectation about as rarely as it says", () => {
    const random = new Random(17);
    let missed = 0;
    for (let i = 0; i < 4000; i++) {
      const values = Array.from({ length: 16 }, () => 5 + random.normal());
      const [check] = checkAll([overRuns("mean", values, exactly(5), 10)]);
      if (check?.verdict === "does not hold") missed += 1;
    }
    assert.ok(missed <= 14, String(missed));
  });
});

describe("z-scores", () => {
  const usual = [-1.6, -1.1, -0.8, -0.5, -0.2, 0.1, 0.4, 0.7, 1.2, 1.8];

  it("hold if they are as scattered as they should be", () => {
    assert.deepEqual(verdictsOn(usual), ["holds", "holds"]);
  });

  it("do not hold if one is off", () => {
    assert.deepEqual(verdictsOn([...usual, 6]), ["does not hold", "does not hold"]);
  });

  it("do not hold if many are a little off, or the errors are too large", () => {
    assert.deepEqual(verdictsOn(usual.map((z) => z + 2 * Math.sign(z))), [
      "does not hold",
      "holds",
    ]);
    assert.deepEqual(verdictsOn(usual.map((z) => z / 5)), ["does not hold", "holds"]);
  });
});
