import assert from "node:assert/strict";

import * as fc from "fast-check";

import { ShardRanges, type ShardRange } from "../../../coordinator/plan/shardRanges.ts";

/** Few indexes, so that neighbours are common. */
const INDEXES = 24;

/** The ranges of a set, found by going through it. */
function rangesOf(set: ReadonlySet<number>): ShardRange[] {
  const ranges: ShardRange[] = [];
  for (const index of [...set].toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.end === index) ranges.splice(-1, 1, { first: last.first, end: index + 1 });
    else ranges.push({ first: index, end: index + 1 });
  }
  return ranges;
}

describe("ShardRanges", () => {
  it("is a set, whatever is added and deleted, in as few ranges as can be", () => {
    const change = fc.record({ adds: fc.boolean(), index: fc.nat(INDEXES - 1) });
    const beginning = fc.uniqueArray(fc.nat(INDEXES - 1));
    fc.assert(
      fc.property(beginning, fc.array(change, { maxLength: 60 }), (indexes, changes) => {
        const set = new Set(indexes);
        const ranges = new ShardRanges(rangesOf(set));
        for (const { adds, index } of changes) {
          if (adds) set.add(index);
          else set.delete(index);
          if (adds) ranges.add(index);
          else ranges.delete(index);
          assert.deepEqual(ranges.toArray(), rangesOf(set));
          assert.equal(ranges.size, set.size);
        }
        for (let index = 0; index < INDEXES; index++) {
          assert.equal(ranges.has(index), set.has(index));
        }
      }),
      { seed: 1 },
    );
  });

  it("does not change the ranges that it was made of", () => {
    const given = [{ first: 0, end: 4 }];
    new ShardRanges(given).delete(2);
    assert.deepEqual(given, [{ first: 0, end: 4 }]);
  });
});
