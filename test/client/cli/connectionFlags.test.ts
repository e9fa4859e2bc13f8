import assert from "node:assert/strict";

import { callFlags } from "../../../client/cli/connectionFlags.ts";

describe("callFlags", () => {
  it("say how the same coordinator is called by another command, for a shell to read", () => {
    assert.equal(callFlags("a:1,b:2", {}), "--coordinator a:1,b:2");
    const flags = { tlsAuthority: "my ca.pem", tokenFile: "it's.token", insecure: true };
    assert.equal(
      callFlags("a:1", flags),
      `--coordinator a:1 --tls-authority 'my ca.pem' --token-file 'it'\\''s.token' --insecure`,
    );
    assert.equal(callFlags("a:1", { tls: true }), "--coordinator a:1 --tls");
  });
});
