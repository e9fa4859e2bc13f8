import assert from "node:assert/strict";

import { Backoff } from "../../../worker/agent/backoff.ts";

function delays(random: () => number, count: number): number[] {
  const backoff = new Backoff(0.2, 5, random);
  return Array.from({ length: count }, () => backoff.next());
}

describe("Backoff", () => {
  it("doubles from the first delay to its limit, half of each left to chance", () => {
    assert.deepEqual(
      delays(() => 0, 7),
      [0.1, 0.2, 0.4, 0.8, 1.6, 2.5, 2.5],
    );
    assert.deepEqual(
      delays(() => 0.5, 7),
      [0.75 * 0.2, 0.75 * 0.4, 0.75 * 0.8, 0.75 * 1.6, 0.75 * 3.2, 3.75, 3.75],
    );
  });

  it("never waits longer than the limit, however often it has waited", () => {
    const all = delays(() => 1 - 2 ** -53, 3000);
    assert.ok(all.every((seconds) => seconds > 0 && seconds <= 5));
    assert.ok((all.at(-1) ?? 0) > 4.99);
  });

  it("asks chance anew for every delay", () => {
    const chances = [0, 0.5, 1];
    const backoff = new Backoff(8, 8, () => chances.shift() ?? NaN);
    assert.deepEqual([backoff.next(), backoff.next(), backoff.next()], [4, 6, 8]);
  });

  it("begins again after a reset", () => {
    const backoff = new Backoff(1, 100, () => 1);
    assert.deepEqual([backoff.next(), backoff.next(), backoff.next()], [1, 2, 4]);
    backoff.reset();
    assert.deepEqual([backoff.next(), backoff.next()], [1, 2]);
  });
});
