import assert from "node:assert/strict";

import { isOwnHost } from "../../../coordinator/page/hosts.ts";

describe("isOwnHost", () => {
  const own = [
    "127.0.0.1:8080",
    "192.0.2.7",
    "[::1]:8080",
    "[2001:db8::7]",
    "localhost:8080",
    "coordinator:8080",
    "page.localhost",
    "node-1.cluster.example:8080",
    "NODE-1.cluster.example.",
    "listened.example:80",
    undefined,
  ];
  for (const host of own) {
    it(`trusts ${host}`, () => {
      assert.equal(isOwnHost(host, "listened.example", "Node-1.cluster.example"), true);
    });
  }

  const others = [
    "elsewhere.example",
    "elsewhere.example:8080",
    "127.0.0.1.elsewhere.example",
    "localhost.elsewhere.example",
    "node-1.elsewhere.example",
    "127.0.0.1:8080.elsewhere.example",
  ];
  for (const host of others) {
    it(`does not trust ${host}`, () => {
      assert.equal(isOwnHost(host, "listened.example", "Node-1.cluster.example"), false);
    });
  }
});
