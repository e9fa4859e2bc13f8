import assert from "node:assert/strict";

import { hostOf, isLoopback } from "../../../shared/wire/addresses.ts";
import { connectionTrouble } from "../../../shared/wire/connectionTrouble.ts";

function around(cause: string): string {
  return `14 UNAVAILABLE: No connection established. Last error: ${cause}. Resolution note: `;
}

describe("trouble with a connection", () => {
  const rows: readonly (readonly [string, string])[] = [
    [around("Error: connect ECONNREFUSED 127.0.0.1:1"), "connect ECONNREFUSED 127.0.0.1:1"],
    [around("Failed to connect (2026-11-25T00:33:59.410Z)"), "Failed to connect"],
    [
      around(
        "405D:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:../deps/" +
          "openssl/rec_layer_s3.c:918:SSL alert number 116\n (2026-11-25T00:33:57.538Z)",
      ),
      "TLS: tlsv13 alert certificate required",
    ],
    // A proxy that cannot be reached, or that refuses, leaves grpc-js without a reason.
    [around("undefined"), "no reason was given"],
    [around("null"), "no reason was given"],
    ["", "no reason was given"],
    ["14 UNAVAILABLE: Connection dropped", "14 UNAVAILABLE: Connection dropped"],
  ];
  for (const [details, expected] of rows) {
    it(`is told as '${expected}'`, () => {
      assert.equal(connectionTrouble(details), expected);
    });
  }
});

describe("addresses", () => {
  it("are loopback only if nobody else can reach them", () => {
    for (const host of ["localhost", "127.0.0.1", "127.8.9.1", "[::1]"]) {
      assert.ok(isLoopback(hostOf(`${host}:7400`)), host);
    }
    for (const host of ["0.0.0.0", "[::]", "127.0.0.1.example", "x127.0.0.1", "10.0.0.1", ""]) {
      assert.ok(!isLoopback(hostOf(`${host}:7400`)), host);
    }
  });
});
