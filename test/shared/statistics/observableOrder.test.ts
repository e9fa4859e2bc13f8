import assert from "node:assert/strict";

import { sumReplicas, type SummedObservable } from "../../../shared/statistics/replicaSums.ts";

const EVERYWHERE: SummedObservable = { name: "growth", keptAt: "every_checkpoint" };
const LAST: SummedObservable = { name: "delta", keptAt: "last_checkpoint" };

function sum(observables: readonly SummedObservable[]) {
  const values = new Float64Array(2 * observables.length).fill(1);
  return sumReplicas(observables, [10, 20], [1, 1], 1, values);
}

describe("the order of observables", () => {
  it("puts those kept at every checkpoint first; another order would mix up their sums", () => {
    assert.equal(sum([EVERYWHERE, LAST]).checkpoints[0]?.moments.length, 1);
    for (const wrong of [
      [LAST, EVERYWHERE],
      [EVERYWHERE, LAST, { ...EVERYWHERE, name: "other" }],
    ]) {
      assert.throws(() => sum(wrong), RangeError);
    }
  });
});
