import assert from "node:assert/strict";

import { times } from "../../../shared/text/times.ts";

describe("what a norm is multiplied by", () => {
  it("is written to a digit or two, even where it overflows", () => {
    const cases: readonly [number, string][] = [
      [0, "×1.0"],
      [1e-17, "×1.0"],
      // The middle nine tenths at width a million.
      [-0.026, "×0.974"],
      [0.026, "×1.03"],
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
});
