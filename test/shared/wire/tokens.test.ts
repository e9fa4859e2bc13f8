import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import { bearer, newToken, readBearer } from "../../../shared/wire/tokens.ts";

describe("a token", () => {
  it("is fresh, long and read as it was sent", () => {
    const [first, second] = [newToken(randomBytes), newToken(randomBytes)];
    assert.notEqual(first, second);
    assert.match(first, /^lyapunov_[\w-]{43}$/);
    assert.equal(readBearer([bearer(first)]), first);
    assert.equal(readBearer([`bearer ${first}`]), first);
  });

  it("is refused if it is malformed, or one of two", () => {
    const token = newToken(randomBytes);
    for (const values of [
      [],
      [""],
      ["Bearer"],
      ["Bearer "],
      [token],
      [`Basic ${token}`],
      [`Bearer ${token} ${token}`],
      [`Bearer ${"x".repeat(513)}`],
      [bearer(token), bearer(token)],
      [Buffer.from(bearer(token))],
    ]) {
      assert.equal(readBearer(values), undefined, String(values));
    }
  });
});
