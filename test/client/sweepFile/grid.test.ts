import assert from "node:assert/strict";

import * as fc from "fast-check";

import { gridSize, idleParameters, points } from "../../../client/sweepFile/grid.ts";

function laws(axes: Parameters<typeof points>[0]): string[] {
  return points(axes).map(({ weights, degreesOfFreedom, density }) =>
    [weights, degreesOfFreedom, density].filter((value) => value !== undefined).join(" "),
  );
}

/** Draws one of the values, a list of some of them, or nothing. */
function list(...values: readonly (number | string)[]) {
  const some = fc.subarray([...values], { minLength: 1 });
  return fc.option(fc.oneof(fc.constantFrom(...values), some), { nil: undefined });
}

describe("grids", () => {
  it("are the product of their lists, the first fields varying slowest", () => {
    assert.deepEqual(points({ gain: ["he", 1.5], width: [2, 4], depth: 3 }), [
      { gain: "he", width: 2, depth: 3 },
      { gain: "he", width: 4, depth: 3 },
      { gain: 1.5, width: 2, depth: 3 },
      { gain: 1.5, width: 4, depth: 3 },
    ]);
  });

  it("vary the parameter of a law only for that law, wherever it stands", () => {
    const expected = ["gaussian", "student_t 3", "student_t 5", "sparse_gaussian 0.1"];
    const weights = ["gaussian", "student_t", "sparse_gaussian"];
    assert.deepEqual(laws({ weights, degreesOfFreedom: [3, 5], density: 0.1 }), expected);
    assert.deepEqual(laws({ density: 0.1, degreesOfFreedom: [3, 5], weights }), expected);
  });

  it("leave a parameter that no law of theirs has to be refused", () => {
    assert.deepEqual(laws({ degreesOfFreedom: 3 }), ["3"]);
    assert.deepEqual(laws({ weights: ["gaussian", "student_t"], density: 0.1 }), [
      "gaussian 0.1",
      "student_t 0.1",
    ]);
    assert.deepEqual(idleParameters({ weights: "student_t", degreesOfFreedom: 3, density: 1 }), [
      "density",
    ]);
    assert.deepEqual(idleParameters({ weights: "student_t" }), []);
  });

  it("have as many points as they are said to have", () => {
    const axes = fc.record({
      width: list(2, 4, 8),
      weights: list("gaussian", "student_t", "sparse_gaussian", "uniform"),
      degreesOfFreedom: list(3, 5, 7),
      density: list(0.1, 0.5),
      gain: list("he", 1),
    });
    fc.assert(
      fc.property(axes, (grid) => {
        assert.equal(gridSize(grid), points(grid).length);
      }),
      { seed: 20260301, numRuns: 500 },
    );
  });
});
