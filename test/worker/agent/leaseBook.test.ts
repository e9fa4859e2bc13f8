import assert from "node:assert/strict";

import * as fc from "fast-check";

import { LeaseBook, type BookedLease } from "../../../worker/agent/leaseBook.ts";

type Book = LeaseBook<BookedLease, string>;

function lease(id: string, deviceIndex = 0): BookedLease {
  return { id, deviceIndex };
}

/** A book with these leases, on the first device. */
function bookOf(slotCount: number, ...ids: readonly string[]): Book {
  const book: Book = new LeaseBook([slotCount]);
  for (const id of ids) book.grant(lease(id));
  return book;
}

function started(book: Book): string[] {
  return book.start().map(({ id }) => id);
}

function finished(book: Book): string[] {
  return [...book.finished()].map((entry) => entry.lease.id);
}

describe("LeaseBook", () => {
  it("starts as many as there are slots, in the order of granting", () => {
    const book = bookOf(2, "a", "b", "c", "d");
    assert.deepEqual(started(book), ["a", "b"]);
    assert.deepEqual(started(book), []);
    book.finish(lease("b"), "partial");
    assert.deepEqual(started(book), ["c"]);
  });

  it("fills each device for itself, and none that it does not have", () => {
    const book: Book = new LeaseBook([1, 2]);
    for (const [id, device] of [
      ["a", 0],
      ["b", 0],
      ["c", 1],
      ["d", 1],
      ["e", 1],
      ["f", 7],
    ] as const) {
      book.grant(lease(id, device));
    }
    assert.deepEqual(started(book), ["a", "c", "d"]);
  });

  it("holds a lease from its grant to its acknowledgement", () => {
    const book = bookOf(1, "a");
    book.start();
    assert.deepEqual(book.heldIds, ["a"]);
    assert.ok(book.finish(lease("a"), "partial"));
    assert.deepEqual(book.heldIds, ["a"]);
    assert.deepEqual([...book.finished()], [{ lease: lease("a"), result: "partial" }]);
    book.drop(["a"]);
    assert.ok(book.isEmpty);
    assert.deepEqual(finished(book), []);
  });

  it("takes a grant that is repeated for the one that it has", () => {
    const book = bookOf(2, "a");
    book.start();
    book.grant(lease("a"));
    assert.deepEqual(started(book), []);
    assert.deepEqual(book.heldIds, ["a"]);
  });

  it("keeps a revoked shard's slot until its thread is done, and drops the result", () => {
    const book = bookOf(1, "a", "b");
    book.start();
    book.drop(["a"]);
    assert.deepEqual(started(book), [], "the thread is not free yet");
    assert.equal(book.finish(lease("a"), "partial"), false);
    assert.deepEqual(started(book), ["b"]);
    assert.deepEqual(finished(book), []);
  });

  it("gives up a failed lease, and says whether it was still wanted", () => {
    const book = bookOf(2, "a", "b", "c");
    book.start();
    assert.equal(book.fail(lease("a")), true);
    book.drop(["b"]);
    assert.equal(book.fail(lease("b")), false);
    assert.deepEqual(book.heldIds, ["c"]);
    assert.deepEqual(started(book), ["c"]);
  });

  it("hands back what is not begun, or also what is running, but never what is finished", () => {
    const book = bookOf(2, "a", "b", "c", "d");
    book.start();
    book.finish(lease("a"), "partial");
    assert.deepEqual(book.handBack(false), ["c", "d"]);
    assert.deepEqual(book.heldIds, ["a", "b"]);
    assert.deepEqual(book.handBack(true), ["b"]);
    assert.deepEqual(book.heldIds, ["a"]);
  });

  it("hands back what one device has not finished", () => {
    const book: Book = new LeaseBook([2, 1]);
    for (const id of ["a", "b", "c"]) book.grant(lease(id, 0));
    book.grant(lease("other", 1));
    book.start();
    book.finish(lease("a"), "partial");
    assert.deepEqual(book.handBackOf(0), ["b", "c"]);
    assert.deepEqual(book.heldIds, ["a", "other"]);
    assert.equal(book.fail(lease("b")), false, "its slot was busy with it");
  });

  it("never overfills a device nor starts a lease twice, whatever happens", () => {
    const step = fc.oneof(
      fc.record({ does: fc.constant("grant"), which: fc.nat(1) }),
      fc.record({ does: fc.constantFrom("finish", "fail", "drop", "handBack"), which: fc.nat(9) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const slots = [1, 2];
        const book: Book = new LeaseBook(slots);
        const inThreads: BookedLease[] = [];
        const everStarted = new Set<string>();
        for (const [i, { does, which }] of steps.entries()) {
          const [running] = does === "finish" || does === "fail" ? inThreads.splice(which, 1) : [];
          if (does === "grant") book.grant(lease(`${i}`, which));
          if (running && does === "finish") book.finish(running, "partial");
          if (running && does === "fail") book.fail(running);
          if (does === "drop") book.drop(book.heldIds.slice(which, which + 1));
          if (does === "handBack") book.handBack(which > 4);
          for (const begun of book.start()) {
            assert.ok(!everStarted.has(begun.id), `${begun.id} is started twice`);
            everStarted.add(begun.id);
            inThreads.push(begun);
          }
          for (const [device, slotCount] of slots.entries()) {
            const busy = inThreads.filter(({ deviceIndex }) => deviceIndex === device).length;
            assert.ok(busy <= slotCount, `device ${device} runs ${busy}`);
          }
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
