import assert from "node:assert/strict";

import * as fc from "fast-check";

import { reasonOf } from "../../../shared/wire/reason.ts";
import { connectionTrouble } from "../../../shared/wire/connectionTrouble.ts";

function refused(host: string): Error {
  return new Error(`connect ECONNREFUSED ${host}`);
}

describe("a reason", () => {
  const rows: readonly (readonly [unknown, string])[] = [
    [new Error("the disk is full "), "the disk is full"],
    ["in words", "in words"],
    // Node says nothing itself where every address of a name has failed.
    [
      new AggregateError([refused("::1"), refused("127.0.0.1"), refused("::1")], ""),
      "connect ECONNREFUSED ::1; connect ECONNREFUSED 127.0.0.1",
    ],
    [
      new Error("", { cause: new Error("undefined", { cause: refused("a") }) }),
      "connect ECONNREFUSED a",
    ],
    [Object.assign(new Error(""), { code: "EPROTO" }), "EPROTO"],
    [new Error(""), "no reason was given"],
    [undefined, "no reason was given"],
    [null, "no reason was given"],
    ["undefined", "no reason was given"],
    [{}, "no reason was given"],
  ];
  for (const [thrown, reason] of rows) {
    it(`is '${reason}' for ${String(thrown)}`, () => {
      assert.equal(reasonOf(thrown), reason);
    });
  }

  it("is never empty or undefined, whatever is thrown", () => {
    const words = fc.oneof(fc.string(), fc.constantFrom("", " ", "undefined", "null"));
    const error = words.map((message) => new Error(message));
    const thrown = fc.oneof(
      words,
      error,
      fc.array(error).map((errors) => new AggregateError(errors, "")),
      fc.anything(),
    );
    fc.assert(
      fc.property(thrown, words, (each, details) => {
        const around = `No connection established. Last error: ${details}. Resolution note: `;
        for (const reason of [
          reasonOf(each),
          connectionTrouble(details),
          connectionTrouble(around),
        ]) {
          assert.ok(!["", "undefined", "null"].includes(reason.trim()), reason);
        }
      }),
      { seed: 15 },
    );
  });
});
