import assert from "node:assert/strict";

import { factor, layersText, times } from "../../../shared/charts/growthFactors.ts";

describe("factors of growth", () => {
  it("are written to a digit or two, even where they overflow", () => {
    const cases: readonly [number, string][] = [
      [0, "×1"],
      [Math.log(0.25), "×0.25"],
      [Math.log(8.749), "×8.7"],
      [Math.log(123), "×120"],
      [Math.log(0.00123), "×0.0012"],
      [Math.log(2400), "×2·10^3"],
      [Math.log(4.4e-9), "×4·10^−9"],
      // 9.7·10^8 has one digit more than it should when it is rounded.
      [Math.log(9.7e8), "×1·10^9"],
      [-5000, "×3·10^−2172"],
    ];
    for (const [growth, text] of cases) assert.equal(times(growth), text);
  });

  it("are written without direction where words give it", () => {
    assert.equal(factor(Math.log(54.94)), "54.9");
    assert.equal(factor(Math.log(9.97e5)), "1.0·10^6");
    assert.equal(factor(5000), "3.0·10^2171");
  });

  it("count layers", () => {
    assert.deepEqual([1, 200, 10_000].map(layersText), ["1 layer", "200 layers", "10,000 layers"]);
  });
});
