import assert from "node:assert/strict";

import { typed, typedList } from "../../../client/cli/readers.ts";
import { given } from "../../../shared/text/numbers.ts";

describe("the numbers of flags", () => {
  it("are read as they are typed, and as tables show them", () => {
    for (const value of [-0.5, 1e-7, -1.25e12, 0, 65_536]) {
      assert.equal(typed(String(value)), value);
      assert.equal(typed(given(value)), value);
    }
    assert.deepEqual(typedList("−1,2,1.5·10^−7,he"), [-1, 2, 1.5e-7, "he"]);
  });

  it("are texts where they are none", () => {
    for (const text of ["he", "1e", "−", "·10^3", "1−2", "NaN"]) assert.equal(typed(text), text);
  });
});
