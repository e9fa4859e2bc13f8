import assert from "node:assert/strict";

import { age, ageSince } from "../../../../client/cli/presentation/age.ts";

describe("an age", () => {
  const created = { seconds: "1700000000", nanos: 0 };
  for (const [seconds, text] of [
    [0, "0 s"],
    [59.9, "59 s"],
    [60, "1 min"],
    [3599, "59 min"],
    [3600, "1 h"],
    [86_399, "23 h"],
    [86_400, "1 d"],
    [400 * 86_400, "400 d"],
    // This machine's clock is behind the coordinator's.
    [-5, "0 s"],
  ] as const) {
    it(`of ${seconds} seconds is ${text}`, () => {
      assert.equal(age(created, 1000 * (1_700_000_000 + seconds)), text);
      assert.equal(ageSince(0, 1000 * seconds), text);
    });
  }

  it("is absent where no time is known", () => {
    assert.equal(age(null, 0), "–");
  });
});
