import assert from "node:assert/strict";

import * as fc from "fast-check";

import { CompactNumbers } from "../../../../coordinator/scheduler/trust/compactNumbers.ts";

describe("CompactNumbers", () => {
  it("gives back what was set last, however large, and 0 where nothing was", () => {
    const index = fc.oneof(fc.nat(4), fc.integer({ min: 4094, max: 4098 }), fc.nat(2 ** 31));
    const value = fc.constantFrom(0, 1, 255, 256, 65_535, 65_536, 2 ** 32 - 1);
    fc.assert(
      fc.property(fc.array(fc.tuple(index, value), { maxLength: 30 }), (changes) => {
        const numbers = new CompactNumbers();
        const known = new Map<number, number>();
        for (const [at, number] of changes) {
          numbers.set(at, number);
          known.set(at, number);
        }
        for (const at of [...known.keys(), 7, 2 ** 30]) {
          assert.equal(numbers.get(at), known.get(at) ?? 0);
        }
        const large = [...known].filter(([, number]) => number > 255).map(([at]) => at);
        const found = numbers.where((number) => number > 255);
        assert.deepEqual(new Set(found), new Set(large));
        assert.equal(found.length, large.length);
      }),
      { seed: 1 },
    );
  });
});
