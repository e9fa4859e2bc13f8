import assert from "node:assert/strict";

import { authorize, type Knock } from "../../../coordinator/door/authorization.ts";
import { requirementOf } from "../../../coordinator/door/methods.ts";
import { TokenTable } from "../../../coordinator/door/tokenTable.ts";
import { ApiError } from "../../../shared/wire/errorDetails.ts";
import { FleetService, SimulationService } from "../../../shared/wire/protocol.ts";
import { ROLES, type Role } from "../../../shared/wire/roles.ts";
import { tokenDigest } from "../../../shared/wire/tokens.ts";

const SIMULATION = "/lyapunov.v1.SimulationService";
const WORK = "/lyapunov.v1.FleetService/Work";
const HEALTH = "/grpc.health.v1.Health/Check";
const REFLECTION = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

/** A token for each role, called as the role is. */
const TABLE = new TokenTable(
  ROLES.map((role) => ({ name: `the-${role}er`, roles: [role], digest: tokenDigest(role) })),
);

function knock(path: string, token?: string): Knock {
  return {
    path,
    tokenDigest: token === undefined ? undefined : tokenDigest(token),
    certificateName: undefined,
    address: "10.0.0.7",
  };
}

/** The outcome of a call: "in", or the reason for its refusal. */
function outcome(table: TokenTable | undefined, path: string, token?: string): string {
  try {
    authorize(table, knock(path, token));
    return "in";
  } catch (error) {
    assert.ok(error instanceof ApiError);
    return error.reason;
  }
}

function refusal(reason: string) {
  return (error: unknown) => error instanceof ApiError && error.reason === reason;
}

describe("who may come in", () => {
  const rows: readonly (readonly [string, string, readonly Role[]])[] = [
    ["looking", `${SIMULATION}/GetRun`, ["read", "submit"]],
    ["listing", `${SIMULATION}/ListSweeps`, ["read", "submit"]],
    ["watching", `${SIMULATION}/WatchSweep`, ["read", "submit"]],
    ["creating", `${SIMULATION}/CreateRun`, ["submit"]],
    ["cancelling", `${SIMULATION}/CancelSweep`, ["submit"]],
    ["extending", `${SIMULATION}/ExtendRun`, ["submit"]],
    ["working", WORK, ["work"]],
    ["asking for the contract", REFLECTION, ["read", "submit"]],
    ["asking for health", HEALTH, ROLES],
  ];
  for (const [what, path, allowed] of rows) {
    it(`for ${what}: ${allowed.join(" or ")} and nobody else`, () => {
      for (const role of ROLES) {
        const expected = allowed.includes(role) ? "in" : "ROLE_MISSING";
        assert.equal(outcome(TABLE, path, role), expected, role);
      }
      const isOpen = path === HEALTH;
      assert.equal(outcome(TABLE, path), isOpen ? "in" : "TOKEN_MISSING");
      assert.equal(outcome(TABLE, path, "another"), isOpen ? "in" : "TOKEN_UNKNOWN");
      assert.equal(outcome(undefined, path), "in");
    });
  }

  it("is known by a certificate that the table names, unless a token is shown", () => {
    const byName = new TokenTable([], new Map([["node-1", { name: "fleet", roles: ["work"] }]]));
    const shown = { ...knock(WORK), certificateName: "node-1" };
    assert.deepEqual(authorize(byName, shown), { client: "fleet", peer: "fleet at 10.0.0.7" });
    const list = { ...shown, path: `${SIMULATION}/ListRuns` };
    assert.throws(() => authorize(byName, list), refusal("ROLE_MISSING"));
    const other = { ...shown, certificateName: "node-2" };
    assert.throws(() => authorize(byName, other), refusal("TOKEN_MISSING"));
    const both = { ...shown, tokenDigest: tokenDigest("another") };
    assert.throws(() => authorize(byName, both), refusal("TOKEN_UNKNOWN"));
  });

  it("is nobody for a method without a role", () => {
    for (const path of ["/lyapunov.v1.SimulationService/DropAll", "/x.y/GetRun", ""]) {
      assert.equal(outcome(TABLE, path, "submit"), "ROLE_MISSING");
      assert.equal(outcome(undefined, path), "ROLE_MISSING");
    }
  });

  it("is defined for every method of the contract", () => {
    const methods = [SimulationService, FleetService].flatMap(({ service }) =>
      Object.values(service),
    );
    assert.ok(methods.length > 10);
    for (const { path } of methods) assert.ok(ROLES.some((role) => requirementOf(path) === role));
  });

  it("is called by the token, the certificate or the address, and by the machine", () => {
    const path = `${SIMULATION}/GetRun`;
    const byToken = authorize(TABLE, { ...knock(path, "read"), certificateName: "host-1" });
    assert.deepEqual(byToken, { client: "the-reader", peer: "the-reader at 10.0.0.7" });
    const byCertificate = authorize(undefined, { ...knock(path), certificateName: "host-1" });
    assert.deepEqual(byCertificate, { client: "host-1", peer: "host-1 at 10.0.0.7" });
    assert.deepEqual(authorize(undefined, knock(path)), { client: "10.0.0.7", peer: "10.0.0.7" });
  });
});
