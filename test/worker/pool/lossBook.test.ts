import assert from "node:assert/strict";

import { LossBook, MAXIMUM_LOSSES } from "../../../worker/pool/lossBook.ts";

describe("LossBook", () => {
  it("blames nobody for the first loss, and suspects all that were there", () => {
    const book = new LossBook();
    assert.equal(book.lost(["a", "b"], false), undefined);
    assert.deepEqual(
      ["a", "b", "c"].map((shard) => book.isSuspect(shard)),
      [true, true, false],
    );
    assert.equal(book.isGivenUp, false);
  });

  it("blames a suspect that was alone at the next loss, and clears one that was computed", () => {
    const book = new LossBook();
    book.lost(["a", "b"], false);
    book.computed("a");
    assert.equal(book.isSuspect("a"), false);
    assert.equal(book.lost(["a"], false), undefined, "it was not under suspicion");
    assert.equal(book.lost(["b"], false), "b");
  });

  it("blames none of several, however often they were there", () => {
    const book = new LossBook();
    for (let loss = 0; loss < MAXIMUM_LOSSES; loss++) {
      assert.equal(book.lost(["a", "b"], loss === 1), undefined);
    }
    assert.ok(book.isGivenUp);
  });

  it("blames who hangs alone at once", () => {
    assert.equal(new LossBook().lost(["a"], true), "a");
  });

  it("never gives a device up for one shard that is to blame every time", () => {
    const book = new LossBook();
    book.lost(["a", "b"], false);
    for (let loss = 0; loss < 10; loss++) {
      assert.equal(book.lost(["a"], false), "a");
      assert.equal(book.isGivenUp, false);
    }
    book.lost(["c"], false);
    assert.ok(book.isGivenUp, "another shard was lost, too, and none was computed");
  });

  it("gives a device up that is lost while it starts, or without a shard", () => {
    const book = new LossBook();
    for (let loss = 1; loss < MAXIMUM_LOSSES; loss++) book.lost([], false);
    assert.equal(book.isGivenUp, false);
    book.lost([], false);
    assert.ok(book.isGivenUp);
  });

  it("counts losses anew after every shard that was computed", () => {
    const book = new LossBook();
    for (let loss = 0; loss < 10; loss++) {
      book.lost([`lost ${loss}`], false);
      book.computed(`computed ${loss}`);
    }
    assert.equal(book.isGivenUp, false);
    assert.equal(book.lossesInARow, 0);
  });
});
