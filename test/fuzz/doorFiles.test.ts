import assert from "node:assert/strict";
import { createSecureContext } from "node:tls";

import * as fc from "fast-check";
import { stringify } from "yaml";

import { TokenTable } from "../../coordinator/door/tokenTable.ts";
import {
  authorityProblem,
  certificateProblem,
  keyProblem,
} from "../../shared/wire/certificates.ts";
import { ROLES } from "../../shared/wire/roles.ts";
import { isToken, readBearer } from "../../shared/wire/tokens.ts";
import { needing } from "../support/tiers/tiers.ts";
import { Certificates } from "../system/support/certificates.ts";
import { anyDouble, anyText, cases, spoiled, TIMEOUT_MILLISECONDS } from "./support/fuzzing.ts";

/** Matches one sentence that is safe for a log and a terminal, whatever the file holds. */
const SENTENCE = /^\P{Cc}{5,600}$/u;

/** Reads a table, or returns the sentence that refuses the file. */
function assertSound(text: string): void {
  let size: number;
  try {
    ({ size } = TokenTable.parse(text));
  } catch (error) {
    const { message } = error as Error;
    assert.match(message, SENTENCE);
    assert.ok(message.isWellFormed());
    return;
  }
  assert.ok(size <= text.length);
}

const digest = fc.stringMatching(/^[0-9a-fA-F]{64}$/);
const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  anyText,
  anyDouble,
  digest,
  fc.constantFrom(null, true, ...ROLES),
  fc.array(fc.oneof(fc.constantFrom<unknown>(...ROLES), anyText), { maxLength: 4 }),
  fc.object({ maxDepth: 2, maxKeys: 3 }),
);
const goodEntry = fc.record({
  name: fc.stringMatching(/^[\w.@-]{1,64}$/),
  roles: fc.subarray([...ROLES], { minLength: 1 }),
  sha256: digest,
});
const anyEntry = fc.oneof(
  { weight: 3, arbitrary: goodEntry },
  {
    weight: 2,
    arbitrary: fc
      .tuple(goodEntry, fc.dictionary(anyText, anyValue, { maxKeys: 2 }))
      .map(([good, more]) => ({ ...good, ...more })),
  },
  {
    weight: 2,
    arbitrary: fc.record(
      { name: anyValue, roles: anyValue, sha256: anyValue },
      { requiredKeys: [] },
    ),
  },
  { weight: 1, arbitrary: anyValue },
);
const anyDocument = fc.oneof(fc.array(anyEntry, { maxLength: 6 }), anyValue);

/** Draws the pieces of YAML in any order. */
const YAML = fc
  .array(
    fc.constantFrom(
      ..."[ ] { } , : ? - # & * ! > | ' \" % @ ` ~ << &a *a !!binary !!set name roles sha256 read".split(
        " ",
      ),
      " ",
      "\n",
      "\n  ",
      "- ",
      ": ",
      "\t",
      "---\n",
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(""));

describe("fuzzing: the files of the door", function () {
  this.timeout(TIMEOUT_MILLISECONDS);

  it("tokens of any document", () => {
    fc.assert(
      fc.property(anyDocument, (document) => {
        assertSound(stringify(document));
        assertSound(JSON.stringify(document) ?? "");
      }),
      cases(2000, 201),
    );
  });

  it("tokens of any text", () => {
    const bytes = fc.oneof(
      YAML,
      anyText,
      spoiled(
        fc
          .array(goodEntry, { minLength: 1, maxLength: 3 })
          .map((good) => Buffer.from(stringify(good))),
      ).map(String),
    );
    fc.assert(fc.property(bytes, assertSound), cases(4000, 202));
  });

  it("headers of any text", () => {
    const header = fc.oneof(
      anyText,
      anyText.map((text) => `Bearer ${text}`),
    );
    fc.assert(
      fc.property(fc.array(header, { maxLength: 2 }), (values) => {
        const token = readBearer(values);
        assert.ok(token === undefined || isToken(token));
      }),
      cases(2000, 203),
    );
  });

  needing("openssl").describe("certificates", () => {
    let certificates: Certificates;
    let good: readonly Buffer[];

    before(async () => {
      certificates = new Certificates();
      const authority = await certificates.authority("authority");
      const { identity } = await certificates.signed("server", authority);
      good = [identity.certificate, identity.key, authority.pem, authority.identity.key];
    });

    after(() => {
      certificates[Symbol.dispose]();
    });

    it("that are refused are refused in a sentence, and those that are not can be used", () => {
      const whole = fc
        .array(fc.nat(3), { minLength: 1, maxLength: 3 })
        .map((indexes) => Buffer.concat(indexes.map((i) => good[i] as Buffer)));
      const file = fc.oneof(
        { weight: 2, arbitrary: whole },
        { weight: 3, arbitrary: spoiled(whole) },
        {
          weight: 1,
          arbitrary: spoiled(whole).map((pem) =>
            Buffer.from(pem.toString("latin1").replaceAll("\n", "\r\n")),
          ),
        },
        {
          weight: 1,
          arbitrary: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
        },
      );
      const now = Date.now();
      let used = 0;
      fc.assert(
        fc.property(file, file, file, (certificate, key, ca) => {
          const problems = [
            certificateProblem(certificate, now),
            keyProblem({ certificate, key }),
            authorityProblem(ca, now),
          ];
          for (const problem of problems)
            if (problem !== undefined) assert.match(problem, SENTENCE);
          const [ofCertificate, ofKey, ofAuthority] = problems;
          if (ofCertificate === undefined && ofKey === undefined) {
            createSecureContext({ cert: certificate, key });
            used += 1;
          }
          if (ofAuthority === undefined) createSecureContext({ ca });
        }),
        cases(4000, 204),
      );
      assert.ok(used > 10, `${used} were used`);
    });
  });
});
