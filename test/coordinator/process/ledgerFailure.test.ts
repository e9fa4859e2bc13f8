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
  ["a damaged table", coded("XX001"), /database is damaged \(.*\); restore it from a copy$/],
  ["a damaged index", coded("XX002"), /an index .* is damaged \(.*\); reindex the database$/],
  [
    "a page that cannot be read",
    Object.assign(new Error("invalid page in block 3 of relation base/5/16384"), { code: "XX000" }),
    /database is damaged \(invalid page in block 3 .*\); restore it from a copy$/,
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
