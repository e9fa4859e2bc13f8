import assert from "node:assert/strict";

import { NAMED_GAINS, resolveGain } from "../../../shared/network/gains.ts";
import { ISOTROPIC_LAWS, isIsotropic, WEIGHT_LAWS } from "../../../shared/network/weights.ts";
import { exactExponents } from "../../../shared/theory/exact.ts";

function he(negativeSlope: number): number {
  return resolveGain("he", { width: 8, weights: "gaussian", negativeSlope });
}

describe("resolveGain", () => {
  it("knows He's gain for every slope, however large", () => {
    assert.equal(he(0), Math.SQRT2);
    assert.equal(he(1), 1);
    assert.ok(Math.abs(he(0.01) - 1.4141428569978354) < 1e-15);
    assert.ok(Math.abs(he(-1e200) / (Math.SQRT2 * 1e-200) - 1) < 1e-15);
  });

  it("makes the variance of entries depend only on the width under Xavier and LeCun", () => {
    const layer = { width: 8, weights: "orthogonal", negativeSlope: 0.3 } as const;
    assert.equal(resolveGain("xavier", layer), 1);
    assert.equal(resolveGain("lecun", layer), 1);
  });

  it("puts Lyapunov initialization on the critical line, of the survivors for ReLU", () => {
    for (const weights of ISOTROPIC_LAWS) {
      for (const width of [1, 4, 300]) {
        for (const negativeSlope of [0, 0.01, 1, -20]) {
          const layer = { width, weights, negativeSlope };
          const exact = exactExponents({ ...layer, gain: resolveGain("lyapunov", layer) });
          const { lyapunovExponent } = exact.extinct ? exact.survivors : exact;
          assert.ok(Math.abs(lyapunovExponent) < 1e-14);
        }
      }
    }
  });

  it("has no critical gain for laws without a closed form, and the other names for all", () => {
    for (const weights of WEIGHT_LAWS) {
      const layer = { width: 8, weights, negativeSlope: 0.01 };
      const critical = resolveGain("lyapunov", layer);
      assert.equal(critical === undefined, !isIsotropic(weights), weights);
      assert.equal(resolveGain("he", layer), he(0.01));
      assert.equal(resolveGain("lecun", layer), 1);
    }
  });

  it("gives a positive, finite gain under every name", () => {
    for (const name of NAMED_GAINS) {
      for (const negativeSlope of [0, Number.MIN_VALUE, 1, Number.MAX_VALUE]) {
        const gain = resolveGain(name, { width: 2, weights: "gaussian", negativeSlope });
        assert.ok(gain > 0 && gain < Infinity, `${name} ${negativeSlope}`);
      }
    }
  });
});
