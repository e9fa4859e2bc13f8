import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import { TokenTable } from "../../../coordinator/door/tokenTable.ts";
import { newToken, tokenDigest } from "../../../shared/wire/tokens.ts";

const HASH = "a".repeat(64);
const GOOD = `- name: a\n  roles: [read]\n  sha256: ${HASH}\n`;
const CERTIFICATE = "- { name: b, roles: [work], certificate: node-1 }\n";

describe("a token file", () => {
  it("finds each of its tokens by the digest, and no other", () => {
    const tokens = Array.from({ length: 5 }, () => newToken(randomBytes));
    const lines = tokens.map(
      (token, i) =>
        `- { name: client-${i}, roles: [work, read], sha256: ${tokenDigest(token).toString("hex")} }`,
    );
    const table = TokenTable.parse(lines.join("\n"));
    for (const [i, token] of tokens.entries()) {
      const found = table.find(tokenDigest(token));
      assert.equal(found?.name, `client-${i}`);
      assert.deepEqual(found.roles, ["work", "read"]);
    }
    assert.equal(table.find(tokenDigest(`${tokens[0]}x`)), undefined);
  });

  it("gives roles to certificates by their names", () => {
    const table = TokenTable.parse(GOOD + CERTIFICATE);
    assert.deepEqual(table.findCertificate("node-1"), { name: "b", roles: ["work"] });
    assert.equal(table.findCertificate("a"), undefined);
    assert.equal(table.size, 2);
  });

  it("lets nobody in if it is an empty list", () => {
    assert.equal(TokenTable.parse("[]").find(tokenDigest("")), undefined);
  });

  it("may give one client two tokens, for the second to replace the first", () => {
    const second = GOOD.replace(HASH, "B".repeat(64));
    const table = TokenTable.parse(GOOD + second);
    assert.equal(table.find(Buffer.from("b".repeat(64), "hex"))?.name, "a");
  });

  const bad: readonly (readonly [string, string, RegExp])[] = [
    ["nothing", "", /^the list: the value there is not allowed; give a list of tokens/],
    ["no list", "name: a", /^the list: the value there is not allowed; give a list/],
    ["no YAML", "- {", /^not YAML: /],
    ["a bare text", "- secret", /^0: the value there is not allowed; give name, roles and sha256$/],
    ["no name", GOOD.replace("name: a", "name: ''"), /^0\.name: it is missing; give 1 to 64/],
    ["a strange name", GOOD.replace("name: a", "name: a b"), /^0\.name: 'a b' is not allowed/],
    ["no roles", GOOD.replace("[read]", "[]"), /^0\.roles: .*; give a list of read, submit, work$/],
    [
      "an unknown role",
      GOOD.replace("read", "reed"),
      /^0\.roles\.0: 'reed' is not allowed; give one/,
    ],
    [
      "a short hash",
      GOOD.replace(HASH, "abc"),
      /^0\.sha256: the value there is not allowed; give the 64/,
    ],
    [
      "the token itself",
      `${GOOD}  token: x\n`,
      /^0\.token: there is no such field; give one of name, roles/,
    ],
    [
      "a token twice",
      GOOD + GOOD,
      /^1\.sha256: it repeats that of an earlier token; give each token once$/,
    ],
    [
      "a certificate twice",
      CERTIFICATE + CERTIFICATE,
      /^1\.certificate: it repeats an earlier one; give each certificate once$/,
    ],
    [
      "a token and a certificate in one",
      `${GOOD}  certificate: node-1\n`,
      /^0: the value there is not allowed; give sha256 of a token, or certificate$/,
    ],
    [
      "neither",
      "- name: a\n  roles: [read]\n",
      /^0: the value there is not allowed; give sha256 of a token, or certificate$/,
    ],
    [
      "an empty certificate",
      CERTIFICATE.replace("node-1", "''"),
      /^0\.certificate: it is missing; give the common/,
    ],
  ];
  for (const [what, text, message] of bad) {
    it(`is refused with ${what}`, () => {
      assert.throws(
        () => TokenTable.parse(text),
        (error: Error) => {
          // Every complaint but those about the list as a whole, or a repetition, begins with its place.
          assert.match(error.message.replace(/^line \d+, column \d+: /, ""), message);
          return true;
        },
      );
    });
  }

  it("is refused with the place of the first problem, and the number of the others", () => {
    assert.throws(() => TokenTable.parse("- name: a b\n  roles: [reed]\n  token: x\n"), {
      message:
        "line 1, column 9: 0.name: 'a b' is not allowed; give 1 to 64 letters, digits, and . _ @ -; " +
        "and 2 more",
    });
  });
});
