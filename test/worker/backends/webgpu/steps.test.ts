import assert from "node:assert/strict";
import * as fc from "fast-check";
import { afterSteps, nextSteps } from "../../../../worker/backends/webgpu/steps.ts";

const START = { layer: 0, position: 0 };

describe("nextSteps", () => {
  it("ends a step at every depth, and the last one where the budget does", () => {
    assert.deepEqual(nextSteps(START, [2, 3, 10], 8, 99), [
      { layers: 2, position: 0 },
      { layers: 1, position: 1 },
      { layers: 5 },
    ]);
    assert.deepEqual(nextSteps({ layer: 8, position: 2 }, [2, 3, 10], 8, 99), [
      { layers: 2, position: 2 },
    ]);
  });

  it("takes no more looks than allowed", () => {
    assert.deepEqual(nextSteps(START, [1, 2, 3, 4], 100, 2), [
      { layers: 1, position: 0 },
      { layers: 1, position: 1 },
    ]);
  });

  it("is empty after the last depth", () => {
    assert.deepEqual(nextSteps({ layer: 10, position: 3 }, [2, 3, 10], 8, 99), []);
  });

  it("passes every depth once, and every layer once", () => {
    const depths = fc
      .uniqueArray(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 20 })
      .map((numbers) => numbers.toSorted((a, b) => a - b));
    const budgets = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1 });
    fc.assert(
      fc.property(depths, budgets, fc.integer({ min: 1, max: 5 }), (of, budget, looks) => {
        let recorded = START;
        const passed: number[] = [];
        for (let i = 0; ; i++) {
          const most = budget[i % budget.length] as number;
          const steps = nextSteps(recorded, of, most, looks);
          if (steps.length === 0) break;
          assert.ok(steps.length <= looks);
          assert.ok(steps.reduce((sum, { layers }) => sum + layers, 0) <= most);
          let { layer } = recorded;
          for (const { layers, position } of steps) {
            assert.ok(layers > 0);
            layer += layers;
            if (position !== undefined) assert.equal(of[position], layer);
            if (position !== undefined) passed.push(layer);
          }
          recorded = afterSteps(recorded, steps);
          assert.equal(recorded.layer, layer);
        }
        assert.deepEqual(passed, of);
        assert.deepEqual(recorded, { layer: of.at(-1), position: of.length });
      }),
      { seed: 5 },
    );
  });
});
