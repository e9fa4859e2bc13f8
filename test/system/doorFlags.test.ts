import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

import { tokenDigest } from "../../shared/wire/tokens.ts";
import { needing } from "../support/tiers/tiers.ts";
import { Certificates, type Certificate } from "./support/certificates.ts";
import { jsonHere, runCommand, startCommand } from "./support/command.ts";
import { startGuarded } from "./support/guarded.ts";
import { runHere } from "./support/inProcess.ts";

needing("openssl").describe("flags of the door", () => {
  let files: Certificates;
  let authority: Certificate;
  let server: Certificate;

  before(async () => {
    files = new Certificates();
    authority = await files.authority("authority");
    server = await files.signed("server", authority);
    await files.signed("other", authority);
    await files.signed("expired", authority, -1);
    files.write("good.token", "a-token\n");
    files.write("bad.token", "two words\n");
    files.write("tokens.yaml", "[]\n");
    files.write("bad.yaml", "- name: me\n  roles: [write]\n  sha256: ''\n");
  });

  after(() => {
    files[Symbol.dispose]();
  });

  /** Words in braces are names of files in the folder. */
  function args(line: string): string[] {
    return line.replaceAll(/\{(.*?)\}/g, (_, name: string) => join(files.folder, name)).split(" ");
  }

  async function assertRefused(line: string, sentence: RegExp): Promise<void> {
    const { code, stdout, stderr } = await runHere(args(line));
    assert.match(stderr, sentence);
    assert.match(stderr, /^lyapunov: [^\n]+\n$/);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, "");
  }

  const served: readonly (readonly [string, RegExp])[] = [
    ["--listen 0.0.0.0:0 --tokens {tokens.yaml}", /--listen: 0\.0\.0\.0:0 would send tokens over/],
    [
      "--listen 0.0.0.0:0 --tls-certificate {server.pem} --tls-key {server.key}",
      /--listen: 0\.0\.0\.0:0 would be open to anyone.*give --tokens or --tls-client-authority/,
    ],
    ["--tls-key {server.key}", /--tls-certificate: it is missing; /],
    ["--tls-certificate {server.pem}", /--tls-key: it is missing; /],
    ["--tls-client-authority {authority.pem}", /--tls-certificate: it is missing; /],
    [
      "--tls-certificate {nowhere.pem} --tls-key {server.key}",
      /--tls-certificate: '.*nowhere\.pem' cannot be read \(ENOENT.*\); give a readable file/,
    ],
    [
      "--tls-certificate {server.key} --tls-key {server.key}",
      /--tls-certificate: '.*server\.key' is not a certificate in PEM; give one/,
    ],
    [
      "--tls-certificate {server.pem} --tls-key {other.key}",
      /--tls-key: '.*other\.key' is not the key of the certificate; give the one/,
    ],
    [
      "--tls-certificate {server.pem} --tls-key {server.pem}",
      /--tls-key: '.*server\.pem' is not a private key in PEM/,
    ],
    [
      "--tls-certificate {expired.pem} --tls-key {expired.key}",
      /--tls-certificate: '.*expired\.pem' expired on 20.*; give one that is valid/,
    ],
    [
      "--tls-certificate {server.pem} --tls-key {server.key} --tls-client-authority {other.pem}",
      /--tls-client-authority: '.*other\.pem' is not the certificate of an authority; give/,
    ],
    ["--tokens {nowhere.yaml}", /--tokens: '.*nowhere\.yaml' cannot be read \(ENOENT/],
    [
      "--tokens {bad.yaml}",
      /--tokens: '.*bad\.yaml': line 2, column 11: 0\.roles\.0: 'write' is not allowed; give one of read, submit, work; and 1 more/,
    ],
    ["--maximum-sweep-runs 2001", /--maximum-sweep-runs: '2001' is not allowed; give an integer/],
    [
      "--maximum-message-bytes 16M",
      /--maximum-message-bytes: '16M' is not allowed; give an integer/,
    ],
    ["--maximum-streams-per-peer 0", /--maximum-streams-per-peer: '0' is not allowed/],
    ["--maximum-leases-per-peer -1", /--maximum-leases-per-peer: '-1' is not allowed/],
    ["--maximum-runs-per-client 1.5", /--maximum-runs-per-client: '1\.5' is not allowed/],
    ["--maximum-replicas-per-client NaN", /--maximum-replicas-per-client: 'NaN' is not allowed/],
  ];
  for (const [line, sentence] of served) {
    it(`refuse 'serve ${line}' in one sentence`, async () => {
      await assertRefused(`serve --ledger memory ${line}`, sentence);
    });
  }

  const called: readonly (readonly [string, RegExp])[] = [
    [
      "runs list --coordinator 192.0.2.1:7400 --token-file {good.token}",
      /--token-file: the token would go to 192\.0\.2\.1:7400 in the clear; give --tls-authority/,
    ],
    [
      "work --coordinator 127.0.0.1:7400,192.0.2.1:7400 --token-file {good.token}",
      /--token-file: the token would go to 192\.0\.2\.1:7400 in the clear/,
    ],
    ["runs list --token-file {bad.token}", /--token-file: '.*bad\.token' holds no token; give/],
    ["runs list --token-file {nowhere}", /--token-file: '.*nowhere' cannot be read/],
    ["runs list --tls-authority {nowhere}", /--tls-authority: '.*nowhere' cannot be read/],
    [
      "runs list --tls-authority {server.pem}",
      /--tls-authority: '.*' is not the certificate of an/,
    ],
    ["runs list --tls --tls-key {other.key}", /--tls-certificate: it is missing; give/],
    ["runs list --tls --tls-certificate {other.pem}", /--tls-key: it is missing; give/],
    [
      "runs list --tls --tls-certificate {expired.pem} --tls-key {expired.key}",
      /--tls-certificate: '.*' expired on/,
    ],
    [
      "runs list --tls-certificate {other.pem} --tls-key {other.key}",
      /--tls-certificate: it is sent only over TLS; give --tls-authority or --tls/,
    ],
    ["run --width 4 --tls-authority {authority.pem}", /--tls-authority: the cluster inside this/],
    ["token me --roles read,write", /--roles: 'read,write' is not allowed; give one or more of/],
  ];
  for (const [line, sentence] of called) {
    it(`refuse '${line}' in one sentence`, async () => {
      await assertRefused(line, sentence);
    });
  }

  it("say of a token in the environment that it would go out in the clear", async () => {
    const line = "runs list --coordinator 192.0.2.1:7400";
    const { code, stderr } = await runCommand(args(line), { env: { LYAPUNOV_TOKEN: "a-token" } });
    assert.equal(code, 2);
    assert.match(stderr, /^lyapunov: LYAPUNOV_TOKEN: the token would go to 192\.0\.2\.1:7400/);
    assert.doesNotMatch(stderr, /a-token/);
  });

  const unreached: readonly (readonly [string, string, RegExp])[] = [
    ["in the clear where TLS is spoken", "", /does it require TLS/],
    ["by an authority that did not sign", "--tls", /has --tls-authority signed/],
  ];
  for (const [what, flags, sentence] of unreached) {
    it(`say in one sentence what is wrong with a call ${what}`, async () => {
      const tls = ["--tls-certificate", server.path, "--tls-key", server.keyPath];
      await using guarded = await startGuarded(tls);
      const line = `runs list --coordinator ${guarded.address} ${flags}`.trim();
      const { code, stderr } = await runHere(args(line));
      assert.equal(code, 1);
      assert.match(stderr, sentence);
      assert.match(stderr, /^lyapunov: the coordinator cannot be reached [^\n]+\n$/);
    });
  }

  it("make a token whose entry opens the door, and whose file only its owner reads", async () => {
    const path = join(files.folder, "fresh.token");
    const made = await runHere(args("token ann --roles submit,work --token-file {fresh.token}"));
    assert.equal(made.code, 0, made.stderr);
    assert.equal(made.stderr, "");
    const token = (await readFile(path, "utf8")).trim();
    assert.ok(!made.stdout.includes(token));
    assert.ok(made.stdout.includes(tokenDigest(token).toString("hex")));
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    const again = await runHere(args("token ann --roles submit --token-file {fresh.token}"));
    assert.match(again.stderr, /^lyapunov: --token-file: '.*' cannot be written \(EEXIST/);

    // The whole way beyond loopback: mutual TLS and a token, a worker and a run.
    files.write("fresh.yaml", made.stdout);
    const serve =
      "serve --listen 0.0.0.0:0 --ledger memory --json --tokens {fresh.yaml} " +
      "--tls-certificate {server.pem} --tls-key {server.key} --tls-client-authority {authority.pem}";
    await using coordinator = startCommand(args(serve));
    const [, port] = await coordinator.said(/"address": "0\.0\.0\.0:(\d+)"/, "stdout");
    const connection =
      `--coordinator 127.0.0.1:${port} --tls-authority {authority.pem} --tls-certificate {other.pem} ` +
      "--tls-key {other.key} --token-file {fresh.token}";
    await using worker = startCommand(args(`work --threads 1 ${connection}`));
    await worker.said(/joined the coordinator/);
    const run = `run --width 4 --depth 10 --replicas 256 ${connection}`;
    const { state } = await jsonHere<{ state: string }>(args(run));
    assert.equal(state, "SUCCEEDED");
  });

  it("refuse a worker for good whose token was never right", async () => {
    await using guarded = await startGuarded(args("--tokens {tokens.yaml}"));
    const line = `work --threads 1 --log-level silent --coordinator ${guarded.address}`;
    const { code, stderr } = await runHere(args(`${line} --token-file {good.token}`));
    assert.equal(code, 1);
    assert.match(stderr, /^lyapunov: the coordinator refused this worker: the token is unknown/);
  });
});
