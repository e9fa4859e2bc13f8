import assert from "node:assert/strict";

import { Client, ServerCredentials } from "@grpc/grpc-js";
import pino from "pino";

import { Door } from "../../coordinator/door/door.ts";
import { DEFAULT_LIMITS } from "../../coordinator/door/limits.ts";
import { MemoryLedger } from "../../coordinator/ledger/memoryLedger.ts";
import { startCoordinator, type CoordinatorServer } from "../../coordinator/process/server.ts";
import { connect } from "../../shared/wire/coordinatorClient.ts";
import type { CallerCredentials } from "../../shared/wire/credentials.ts";
import { needing } from "../support/tiers/tiers.ts";
import { Certificates, type Certificate } from "./support/certificates.ts";
import { attempt, startGuarded, tokenEntry, type Deed, type Guarded } from "./support/guarded.ts";

const DEEDS: readonly Deed[] = ["list", "create", "work"];
const TOKENS = {
  read: "the-token-to-read",
  submit: "the-token-to-submit",
  work: "the-one-to-work",
};

/** The outcomes of the deeds, in their order. */
type Outcomes = readonly [string, string, string];
const ALL_IN: Outcomes = ["in", "in", "in"];
const UNREACHED: Outcomes = ["UNAVAILABLE", "UNAVAILABLE", "UNAVAILABLE"];
const UNKNOWN: Outcomes = ["UNAUTHENTICATED", "UNAUTHENTICATED", "UNAUTHENTICATED"];
/** Outcomes for the token of each role. */
const BY_ROLE: Readonly<Record<keyof typeof TOKENS, Outcomes>> = {
  read: ["in", "PERMISSION_DENIED", "PERMISSION_DENIED"],
  submit: ["in", "in", "PERMISSION_DENIED"],
  work: ["PERMISSION_DENIED", "PERMISSION_DENIED", "in"],
};

function shows(token: string): Pick<CallerCredentials, "token"> {
  return { token: () => token };
}

async function assertOutcomes(
  { address }: Pick<Guarded, "address">,
  credentials: CallerCredentials,
  expected: Outcomes,
): Promise<void> {
  const outcomes = await Promise.all(DEEDS.map((deed) => attempt(deed, address, credentials)));
  assert.deepEqual(outcomes, expected);
}

needing("openssl").describe("the door", () => {
  let certificates: Certificates;
  let authority: Certificate;
  let stranger: Certificate;
  let server: Certificate;
  let known: Certificate;
  let unknown: Certificate;
  let expired: Certificate;
  let tokens: string;

  before(async () => {
    certificates = new Certificates();
    authority = await certificates.authority("authority");
    stranger = await certificates.authority("stranger");
    server = await certificates.signed("server", authority);
    known = await certificates.signed("known", authority);
    unknown = await certificates.signed("unknown", stranger);
    expired = await certificates.signed("expired", authority, -1);
    const entries = [
      tokenEntry("reader", ["read"], TOKENS.read),
      tokenEntry("submitter", ["submit"], TOKENS.submit),
      tokenEntry("worker", ["work"], TOKENS.work),
    ];
    tokens = certificates.write("tokens.yaml", entries.join(""));
  });

  after(() => {
    certificates[Symbol.dispose]();
  });

  describe("with tokens on loopback", () => {
    let guarded: Guarded;
    before(async () => {
      guarded = await startGuarded(["--tokens", tokens]);
    });
    after(() => guarded[Symbol.asyncDispose]());

    for (const role of ["read", "submit", "work"] as const) {
      it(`lets the token to ${role} do that`, async () => {
        await assertOutcomes(guarded, shows(TOKENS[role]), BY_ROLE[role]);
      });
    }

    it("lets nobody in with another token, or with none", async () => {
      await assertOutcomes(guarded, shows("another-token"), UNKNOWN);
      await assertOutcomes(guarded, {}, UNKNOWN);
    });

    it("tells everybody its health, and only readers its contract", async () => {
      const health = "/grpc.health.v1.Health/Check";
      assert.equal(await rawCall(guarded.address, {}, health, Buffer.of()), "in");
      const reflection = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
      const listServices = Buffer.from([0x3a, 0]);
      const ask = (credentials: CallerCredentials) =>
        rawCall(guarded.address, credentials, reflection, listServices);
      assert.equal(await ask({}), "UNAUTHENTICATED");
      assert.equal(await ask(shows(TOKENS.work)), "PERMISSION_DENIED");
      assert.equal(await ask(shows(TOKENS.read)), "in");
    });
  });

  describe("with TLS and tokens", () => {
    let guarded: Guarded;
    before(async () => {
      const tls = ["--tls-certificate", server.path, "--tls-key", server.keyPath];
      guarded = await startGuarded([...tls, "--tokens", tokens]);
    });
    after(() => guarded[Symbol.asyncDispose]());

    it("lets in those who know its authority and show the right token", async () => {
      const tls = { authority: authority.pem };
      await assertOutcomes(guarded, { tls, ...shows(TOKENS.read) }, BY_ROLE.read);
      await assertOutcomes(guarded, { tls, ...shows(TOKENS.submit) }, BY_ROLE.submit);
      await assertOutcomes(guarded, { tls, ...shows(TOKENS.work) }, BY_ROLE.work);
      await assertOutcomes(guarded, { tls, ...shows("another-token") }, UNKNOWN);
      await assertOutcomes(guarded, { tls }, UNKNOWN);
    });

    it("is trusted by nobody who knows another authority, or only the system's", async () => {
      const token = shows(TOKENS.submit);
      await assertOutcomes(guarded, { tls: { authority: stranger.pem }, ...token }, UNREACHED);
      await assertOutcomes(guarded, { tls: {}, ...token }, UNREACHED);
    });

    it("does not speak in the clear", async () => {
      await assertOutcomes(guarded, shows(TOKENS.submit), UNREACHED);
    });

    it("is known only by the names in its certificate", async () => {
      const credentials = { tls: { authority: authority.pem }, ...shows(TOKENS.read) };
      const byName = guarded.address.replace("127.0.0.1", "localhost");
      assert.equal(await attempt("list", byName, credentials), "in");
    });
  });

  describe("with mutual TLS", () => {
    let guarded: Guarded;
    before(async () => {
      guarded = await startGuarded(mutualTls());
    });
    after(() => guarded[Symbol.asyncDispose]());

    it("lets in only those whom its authority has signed", async () => {
      const tls = { authority: authority.pem };
      await assertOutcomes(guarded, { tls: { ...tls, identity: known.identity } }, ALL_IN);
      await assertOutcomes(guarded, { tls: { ...tls, identity: unknown.identity } }, UNREACHED);
      await assertOutcomes(guarded, { tls: { ...tls, identity: expired.identity } }, UNREACHED);
      await assertOutcomes(guarded, { tls }, UNREACHED);
      await assertOutcomes(guarded, {}, UNREACHED);
    });
  });

  describe("with mutual TLS and tokens", () => {
    let guarded: Guarded;
    before(async () => {
      guarded = await startGuarded([...mutualTls(), "--tokens", tokens]);
    });
    after(() => guarded[Symbol.asyncDispose]());

    it("lets in those who have both", async () => {
      const tls = { authority: authority.pem };
      const both = { tls: { ...tls, identity: known.identity }, ...shows(TOKENS.submit) };
      await assertOutcomes(guarded, both, BY_ROLE.submit);
      await assertOutcomes(guarded, { tls: { ...tls, identity: known.identity } }, UNKNOWN);
      await assertOutcomes(guarded, { tls, ...shows(TOKENS.submit) }, UNREACHED);
    });
  });

  it("with mutual TLS gives a certificate the roles that the file of tokens gives it", async () => {
    const entry = "- { name: fleet, roles: [work], certificate: known }\n";
    const named = certificates.write("named.yaml", entry);
    await using guarded = await startGuarded([...mutualTls(), "--tokens", named]);
    const tls = { authority: authority.pem };
    await assertOutcomes(guarded, { tls: { ...tls, identity: known.identity } }, BY_ROLE.work);
    await assertOutcomes(guarded, { tls: { ...tls, identity: server.identity } }, UNKNOWN);
  });

  it("is not entered by those who see that its certificate has expired", async () => {
    const tls = { authority: authority.pem };
    // The door would refuse to open with it, but a certificate may expire meanwhile.
    for (const [certificate, expected] of [
      [server, ALL_IN],
      [expired, UNREACHED],
    ] as const) {
      const coordinator = await startUnchecked(certificate);
      try {
        await assertOutcomes({ address: `127.0.0.1:${coordinator.port}` }, { tls }, expected);
      } finally {
        await coordinator.close();
      }
    }
  });

  function mutualTls(): string[] {
    const own = ["--tls-certificate", server.path, "--tls-key", server.keyPath];
    return [...own, "--tls-client-authority", authority.path];
  }
});

function same(bytes: Buffer): Buffer {
  return bytes;
}

/** Sends one message to a method of any service; returns "in", or the code of the refusal. */
async function rawCall(
  address: string,
  credentials: CallerCredentials,
  path: string,
  message: Buffer,
): Promise<string> {
  const client = connect(Client, address, credentials);
  const { promise, resolve } = Promise.withResolvers<string>();
  const call = client.makeBidiStreamRequest(path, same, same);
  call.on("error", ({ message: text }: Error) => {
    resolve(/^\d+ (\w+):/.exec(text)?.[1] ?? text);
  });
  call.on("data", () => {
    resolve("in");
  });
  call.write(message);
  call.end();
  try {
    return await promise;
  } finally {
    call.cancel();
    client.close();
  }
}

/** Starts a coordinator with a certificate that the door has not checked. */
function startUnchecked({ identity }: Certificate): Promise<CoordinatorServer> {
  const pair = { cert_chain: identity.certificate, private_key: identity.key };
  const log = pino({ level: "silent" });
  const tls = {
    credentials: ServerCredentials.createSsl(null, [pair]),
    asksForCertificates: false,
    material: { certificate: identity.certificate, key: identity.key, clientAuthority: undefined },
    onChange: () => () => undefined,
    [Symbol.dispose]: () => undefined,
  };
  return startCoordinator({
    address: "127.0.0.1:0",
    ledger: new MemoryLedger(),
    log,
    onFatal: (error) => {
      assert.fail(String(error));
    },
    door: new Door({ tls, tokens: undefined, limits: DEFAULT_LIMITS, log }),
  });
}
