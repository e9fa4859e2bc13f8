import assert from "node:assert/strict";

import { exposureProblem } from "../../../coordinator/door/exposure.ts";

const SHUT = {
  flag: "--listen" as const,
  listen: "0.0.0.0:7400",
  hasTls: false,
  asksForCertificates: false,
  asksForTokens: false,
  insecure: false,
};

describe("a coordinator that is about to listen", () => {
  it("may on loopback, whatever it asks for", () => {
    for (const host of ["127.0.0.1", "127.1.2.3", "localhost", "[::1]"]) {
      assert.equal(exposureProblem({ ...SHUT, listen: `${host}:0` }), undefined, host);
    }
  });

  const rows: readonly (readonly [string, Partial<typeof SHUT>, RegExp | undefined])[] = [
    ["with nothing", {}, /open to anyone.*--tls-certificate.*--tokens.*--insecure$/],
    [
      "with tokens in the clear",
      { asksForTokens: true },
      /tokens.*in the clear.*--tls-certificate/,
    ],
    ["with TLS that asks nobody", { hasTls: true }, /open to anyone.*--tokens or --tls-client/],
    ["with TLS and tokens", { hasTls: true, asksForTokens: true }, undefined],
    ["with mutual TLS", { hasTls: true, asksForCertificates: true }, undefined],
    ["with --insecure", { insecure: true }, undefined],
  ];
  for (const [what, change, expected] of rows) {
    it(`${expected === undefined ? "may" : "must not"} beyond this machine ${what}`, () => {
      for (const listen of ["0.0.0.0:7400", "[::]:7400", "10.1.2.3:0", "cluster.example:7400"]) {
        const problem = exposureProblem({ ...SHUT, ...change, listen });
        if (expected === undefined) assert.equal(problem, undefined);
        else {
          assert.match(problem ?? "", expected);
          assert.ok(problem?.includes(listen));
        }
      }
    });
  }
});
