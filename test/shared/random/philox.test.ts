import assert from "node:assert/strict";
import { philox4x32 } from "../../../shared/random/philox.ts";
import { knownAnswers, word } from "./knownAnswers.ts";

describe("Philox4x32-10", () => {
  for (const fields of knownAnswers("philox")) {
    it(`maps counter ${fields.slice(0, 4).join(" ")}`, () => {
      const [c0, c1, c2, c3, k0, k1] = fields.slice(0, 6).map(word) as [
        ...[number, number, number, number],
        ...[number, number],
      ];
      const out = new Uint32Array(4);
      philox4x32(out, c0, c1, c2, c3, k0, k1);
      assert.deepEqual([...out], fields.slice(6).map(word));
    });
  }
});
