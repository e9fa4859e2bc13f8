import assert from "node:assert/strict";
import { mkdtempSync, readlinkSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { slow } from "../support/tiers/tiers.ts";
import { ROOT } from "./support/command.ts";
import { Started } from "./support/processes.ts";

const SERVE = ["serve", "--ledger", "memory", "--listen", "127.0.0.1:0"];
const LISTENING = /"pid":(\d+).*listening/;

describe("the command in a checkout", () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "lyapunov-tests-"));
  });
  afterEach(() => {
    rmSync(home, { recursive: true });
  });

  it("is itself what it starts, so signals reach it", async () => {
    const link = join(home, "lyapunov");
    symlinkSync(join(ROOT, "lyapunov"), link);
    assert.notEqual(readlinkSync(link), link);
    await using server = new Started(link, SERVE);
    const [, pid] = await server.said(LISTENING);
    assert.equal(Number(pid), server.pid);
    server.signal("SIGTERM");
    assert.equal((await server.ended).code, 0);
  });

  slow("npm takes seconds to start").describe("by npx", () => {
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      it(`ends in order when npm dies of ${signal}`, async () => {
        const options = { cwd: ROOT, env: { HOME: home } };
        const npm = new Started("npm", ["exec", "--", "lyapunov", ...SERVE], options);
        await using _ = npm;
        await npm.said(LISTENING);
        npm.signal(signal);
        // It holds npm's output open, so this also waits for it.
        const { stderr } = await npm.ended;
        assert.match(stderr, /"msg":"stopping"/);
      });
    }

    it("builds nothing, in the first call of a home neither", async () => {
      const before = statSync(join(ROOT, "dist"));
      const options = { cwd: ROOT, env: { HOME: home } };
      const npm = new Started("npm", ["exec", "--", "lyapunov", "--version"], options);
      const { code, stdout } = await npm.ended;
      assert.equal(code, 0);
      assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
      const after = statSync(join(ROOT, "dist"));
      assert.deepEqual([after.ino, after.mtimeMs], [before.ino, before.mtimeMs]);
    });
  });
});
