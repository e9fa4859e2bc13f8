import assert from "node:assert/strict";

import { estimateShare } from "../../../shared/statistics/share.ts";
import { Random } from "../../support/random.ts";

describe("estimateShare", () => {
  // Newcombe 1998, Table I, method 3.
  for (const [successes, count, lower, upper] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const) {
    it(`has the published interval for ${successes} of ${count}`, () => {
      const share = estimateShare(successes, count, 0.95);
      assert.equal(share.estimate, successes / count);
      assert.ok(Math.abs(share.lower - lower) < 5e-5, String(share.lower));
      assert.ok(Math.abs(share.upper - upper) < 5e-5, String(share.upper));
    });
  }

  it("is not sure of a share of 0 or 1", () => {
    for (const successes of [0, 10]) {
      const { standardError, lower, upper } = estimateShare(successes, 10, 0.95);
      assert.ok(standardError > 0.05);
      assert.ok(upper - lower > 0.2);
    }
  });

  /**
   * Wilson's intervals cover with their level on the average over shares, as Brown, Cai and DasGupta
   * (2001) show. Over 20,000 shares and samples of 100, the average may be off by 0.02, which is 10
   * standard errors; the seed is fixed.
   */
  it("covers shares with its level, on the average", () => {
    const random = new Random(34, 0);
    let covered = 0;
    for (let sample = 0; sample < 20_000; sample++) {
      const truth = random.uniform();
      let successes = 0;
      for (let i = 0; i < 100; i++) successes += Number(random.uniform() < truth);
      const { lower, upper } = estimateShare(successes, 100, 0.95);
      covered += Number(lower <= truth && truth <= upper);
    }
    assert.ok(Math.abs(covered / 20_000 - 0.95) < 0.02, String(covered / 20_000));
  });
});
