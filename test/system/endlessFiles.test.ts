import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { newToken } from "../../shared/wire/tokens.ts";
import { startCommand } from "./support/command.ts";
import { attempt, startGuarded, tokenEntry } from "./support/guarded.ts";
import { runHere } from "./support/inProcess.ts";

/** Commands, each with a place for a file that it would read or open. */
const COMMANDS: readonly (readonly [line: string, flag: string])[] = [
  ["serve --listen 127.0.0.1:0 --ledger memory --tokens {file}", "--tokens"],
  [
    "serve --listen 127.0.0.1:0 --ledger memory --tls-certificate {file} --tls-key {file}",
    "--tls-certificate",
  ],
  ["serve --listen 127.0.0.1:0 --ledger {file}", "--ledger"],
  ["serve --ledger postgres://localhost/x?sslrootcert={file}", "--ledger"],
  ["run --width 2 --depth 2 --replicas 2 --ledger {file}", "--ledger"],
  ["runs list --coordinator 127.0.0.1:1 --token-file {file}", "--token-file"],
  ["runs list --coordinator 127.0.0.1:1 --tls-authority {file}", "--tls-authority"],
  ["work --coordinator 127.0.0.1:1 --token-file {file}", "--token-file"],
  [
    "work --coordinator 127.0.0.1:1 --tls --tls-certificate {file} --tls-key {file}",
    "--tls-certificate",
  ],
  ["sweep {file}", "the sweep file"],
];

describe("files that do not end", () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "lyapunov-endless-"));
    writeFileSync(join(folder, "large"), "");
    truncateSync(join(folder, "large"), 10 * 2 ** 30);
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const [line, flag] of COMMANDS) {
    it(`are refused in one sentence by '${line}', and so are folders and huge ones`, async () => {
      for (const [file, said] of [
        ["/dev/zero", /is a device; give/],
        [folder, /is a folder; give/],
        // A ledger may be of any length; this one is none.
        [join(folder, "large"), /is larger than [\d,]+ bytes; give|is not a ledger/],
      ] as const) {
        const args = line.split(" ").map((word) => word.replace("{file}", file));
        const { code, stdout, stderr } = await runHere(args);
        assert.equal(code, flag === "--ledger" ? 1 : 2, stderr);
        assert.equal(stdout, "");
        assert.match(stderr, said);
        assert.ok(stderr.includes(flag) && stderr.includes(file), stderr);
        assert.match(stderr, /^lyapunov: .*\n$/);
      }
    });
  }

  it("do not stop a coordinator whose token file becomes a pipe; its end is not held up", async () => {
    const tokens = join(folder, "tokens.yaml");
    const ann = newToken(randomBytes);
    const bob = newToken(randomBytes);
    writeFileSync(tokens, tokenEntry("ann", ["read"], ann));
    await using guarded = await startGuarded(["--tokens", tokens]);
    const { coordinator, address } = guarded;
    rmSync(tokens);
    execFileSync("mkfifo", [tokens]);
    await coordinator.said(/--tokens: '.*tokens.yaml' is a pipe; give a file/);
    assert.equal(await attempt("list", address, { token: () => ann }), "in");
    // A good file there is read, whatever was there before.
    rmSync(tokens);
    writeFileSync(tokens, tokenEntry("bob", ["read"], bob));
    await coordinator.said(/changed, and read again/);
    assert.equal(await attempt("list", address, { token: () => ann }), "UNAUTHENTICATED");
    assert.equal(await attempt("list", address, { token: () => bob }), "in");
    rmSync(tokens);
    execFileSync("mkfifo", [tokens]);
    await coordinator.said(/is a pipe[^]*is a pipe/);
    coordinator.signal("SIGTERM");
    const { code, signal } = await coordinator.ended;
    assert.deepEqual([code, signal], [0, null]);
  });

  it("may be pipes where they are read once: <(…) and standard input", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const sweep = "name: piped\\ngrids: [{ width: 2, depth: 2, replicas: 64 }]\\n";
    await using writer = startCommand(["sweep", pipe, "--json", "--quiet", "--threads", "1"]);
    execFileSync("sh", ["-c", `printf '${sweep}' > "$0"`, pipe]);
    const { code, stdout, stderr } = await writer.ended;
    assert.equal(code, 0, stderr);
    assert.equal((JSON.parse(stdout) as { displayName: string }).displayName, "piped");
  });
});
