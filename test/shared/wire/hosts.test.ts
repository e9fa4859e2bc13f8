import assert from "node:assert/strict";

import { isOwnHost } from "../../../shared/wire/hosts.ts";

const MACHINE = "Node-1.cluster.example";

describe("isOwnHost", () => {
  const everywhere = [
    "127.0.0.1:8080",
    "[::1]:8080",
    "localhost:8080",
    "page.localhost",
    undefined,
  ];
  const beyondLoopback = [
    "192.0.2.7",
    "[2001:db8::7]",
    "coordinator:8080",
    "node-1.cluster.example:8080",
    "NODE-1.cluster.example.",
    "listened.example:80",
  ];
  const nowhere = [
    "elsewhere.example",
    "elsewhere.example:8080",
    "127.0.0.1.elsewhere.example",
    "localhost.elsewhere.example",
    "node-1.elsewhere.example",
    "127.0.0.1:8080.elsewhere.example",
  ];

  for (const host of [...everywhere, ...beyondLoopback]) {
    it(`trusts ${host} beyond loopback`, () => {
      assert.equal(isOwnHost(host, "listened.example", MACHINE), true);
    });
  }
  for (const host of everywhere) {
    it(`trusts ${host} on loopback`, () => {
      assert.equal(isOwnHost(host, "127.0.0.1", MACHINE), true);
    });
  }
  for (const host of nowhere) {
    it(`does not trust ${host} beyond loopback`, () => {
      assert.equal(isOwnHost(host, "listened.example", MACHINE), false);
    });
  }
  for (const host of [...beyondLoopback, ...nowhere]) {
    it(`does not trust ${host} on loopback`, () => {
      assert.equal(isOwnHost(host, "127.0.0.1", MACHINE), false);
    });
  }
});
