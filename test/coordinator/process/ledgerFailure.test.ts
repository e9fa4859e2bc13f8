import assert from "node:assert/strict";

import { LeadershipLost, OutcomeUnknown } from "../../../coordinator/ledger/ledger.ts";
import { ledgerFailure } from "../../../coordinator/process/ledgerFailure.ts";

const FAILURES: readonly (readonly [what: string, error: Error, sentence: RegExp])[] = [
  ["a full disk, SQLite", coded("SQLITE_FULL"), /^the ledger failed: the disk is full; make room/],
  ["a full disk, PostgreSQL", coded("53100"), /^the ledger failed: the disk is full; make room/],
  ["a full disk under a commit", new OutcomeUnknown(coded("ENOSPC")), /the disk is full/],
  [
    "a damaged file",
    coded("SQLITE_CORRUPT"),
    /file is damaged \(.*\); restore it from a copy, or .* ledgers recover /,
  ],
  ["anything else", new Error("it broke"), /^the ledger failed: it broke; start again: /],
  ["another leader", new LeadershipLost(1, 2), /another coordinator leads .*; start again: /],
];

describe("ledgerFailure", () => {
  for (const [what, error, sentence] of FAILURES) {
    it(`says what to do about ${what}`, () => {
      const failure = ledgerFailure(error);
      assert.match(failure.message, sentence);
      assert.equal(failure.cause, error);
    });
  }
});

function coded(code: string): Error {
  return Object.assign(new Error(`it failed with ${code}`), { code });
}
