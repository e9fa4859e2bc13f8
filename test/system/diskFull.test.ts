import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { needing } from "../support/tiers/tiers.ts";
import { COMMAND, ROOT } from "./support/command.ts";
import { Started } from "./support/processes.ts";

/** Room for the ledger's tables and some tens of partials. */
const ROOM = "700k";

needing("mount", "util-linux").describe("a disk that is full", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lyapunov-full-"));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  it("ends a command with one sentence that says so", async () => {
    const ledger = join(folder, "ledger.sqlite");
    const run = `run --quiet --width 7 --depth 8 --replicas 200000000 --ledger ${ledger}`;
    // A file system of its own, which disappears with the process.
    const script = `mount -t tmpfs -o size=${ROOM} none ${folder} && exec ${process.execPath} ${COMMAND} ${run}`;
    const flags = ["--map-root-user", "--mount", "sh", "-c", script];
    await using started = new Started("unshare", flags, { cwd: ROOT });
    const { code, stdout, stderr } = await started.ended;
    assert.equal(code, 1, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /^lyapunov: the ledger failed: the disk is full; make room and .*\n$/);
  });
});
