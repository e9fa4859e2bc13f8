import assert from "node:assert/strict";
import { dirname } from "node:path";

import { needing, slow } from "../support/tiers/tiers.ts";
import { Cluster } from "./support/cluster.ts";
import { COMMAND, ROOT, startCommand } from "./support/command.ts";
import { processTree, survivors } from "./support/processTree.ts";
import { Started } from "./support/processes.ts";

const SWEEP = ["sweep", "examples/headline.yaml"];
const IN_THE_MIDDLE = /[1-9]\d?% .* [1-9]\d*\/28 runs/;
/** Longest time from Ctrl-C to the end: a bound that the project sets itself. */
const BOUND_MILLISECONDS = 2000;
const CTRL_C = "\u0003";

/** Interrupts a process while a whole cluster is at work in it, or below it. */
describe("Ctrl-C", () => {
  const terminal = needing("bsdutils");

  terminal.it("on a terminal ends a sweep with 130 and leaves nothing behind", async () => {
    await using started = onTerminal(SWEEP);
    await started.said(IN_THE_MIDDLE, "stdout");
    const tree = await processTree(started.pid);
    assert.ok(tree.length > 1);
    started.type(CTRL_C);
    assert.deepEqual(await survivors(tree, BOUND_MILLISECONDS), []);
    const { code, stdout } = await started.ended;
    assert.equal(code, 130);
    assert.match(
      stdout,
      /\r\ninterrupted; the same command resumes from here, with \S+ledger\.sqlite\r\n/,
    );
    const shown = stdout.lastIndexOf("\u001B[?25h");
    assert.ok(shown > stdout.lastIndexOf("\u001B[?25l"), "the cursor is visible again");
  });

  it("sent to the process group ends a sweep with 130 and leaves nothing behind", async () => {
    await using started = startCommand(["--log-level", "info", ...SWEEP], { group: true });
    await started.said(/"msg":"run ended"/);
    const tree = await processTree(started.pid);
    started.signal("SIGINT");
    assert.deepEqual(await survivors(tree, BOUND_MILLISECONDS), []);
    const { code, signal, stdout, stderr } = await started.ended;
    assert.deepEqual([code, signal, stdout], [130, null, ""]);
    assert.match(
      stderr,
      /\ninterrupted; the same command resumes from here, with \S+ledger\.sqlite\n$/,
    );
  });

  slow("npm takes seconds to start").it(
    "sent to the group of npm start leaves nothing behind",
    async () => {
      await using started = new Started("npm", ["start"], {
        cwd: ROOT,
        group: true,
        env: { PATH: `${dirname(process.execPath)}:${process.env["PATH"]}` },
      });
      await started.said(IN_THE_MIDDLE);
      const tree = await processTree(started.pid);
      assert.ok(tree.length > 1);
      started.signal("SIGINT");
      assert.deepEqual(await survivors(tree, BOUND_MILLISECONDS), []);
    },
  );

  terminal.it("ends a command that watches a cluster, which goes on", async () => {
    await using cluster = await Cluster.start(0, 1);
    const args = ["run", "--width", "4", "--coordinator", cluster.address];
    await using watching = onTerminal(args);
    await watching.said(/waiting for a worker/, "stdout");
    watching.type(CTRL_C);
    const { code, stdout } = await watching.ended;
    assert.equal(code, 130);
    const name = await cluster.onlyRun();
    assert.ok(
      stdout.includes(`lyapunov runs watch ${name} --coordinator ${cluster.address}`),
      stdout,
    );
    assert.equal((await cluster.api.getRun(name)).state, "RUN_STATE_QUEUED");
  });
});

/** Starts the command on a terminal: util-linux's script makes one and passes on what is typed. */
function onTerminal(args: readonly string[]): Started {
  const line = [process.execPath, COMMAND, ...args].join(" ");
  return new Started("script", ["-qec", line, "/dev/null"], { cwd: ROOT });
}
