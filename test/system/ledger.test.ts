import assert from "node:assert/strict";
import { glob, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { slow } from "../support/tiers/tiers.ts";
import { Cluster, type RunJson } from "./support/cluster.ts";
import { commandJson, jsonHere, startCommand } from "./support/command.ts";
import { answerOf } from "./support/estimates.ts";
import { runHere } from "./support/inProcess.ts";
import { halfDone } from "./support/progress.ts";

const SHARD = 65_536;
/** Size of a ledger's log with some shards, but not nearly all; empty it has 185,432 bytes. */
const SOME_SHARDS_BYTES = 300_000;
/** Twenty-four shards of a tenth of a second. */
const RUN = `--width 7 --depth 8 --seed 71 --replicas ${24 * SHARD}`.split(" ");

describe("the ledger", () => {
  let folder: string;
  let expected: string;

  before("an undisturbed run", async () => {
    folder = await mkdtemp(join(tmpdir(), "lyapunov-ledger-"));
    expected = answerOf(await commandJson<RunJson>(["run", ...RUN]));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  it("takes a run through the death of its coordinator: nobody lends a hand, same bytes", async () => {
    const flags = ["--ledger", join(folder, "killed.sqlite")];
    await using cluster = await Cluster.start(1, 2, flags);
    // A process of its own: clients in one process share a connection, and its failures.
    const finished = commandJson<RunJson>(["run", ...RUN, "--coordinator", cluster.address]);
    for (let kills = 0; kills < 3; kills++) {
      const before = kills === 0 ? await halfDone(cluster) : await cluster.onlyRun();
      // One is only asked to stop, and cancels what is open.
      await cluster.replaceCoordinator(flags, kills === 1 ? "SIGTERM" : "SIGKILL");
      const { progress } = await cluster.api.getRun(before);
      // Shards that the first one acknowledged are not done again.
      assert.ok(Number(progress?.completedShardCount) >= 12, JSON.stringify(progress));
    }
    // The command's watch, the worker's stream: both found the new coordinator by themselves.
    assert.equal(answerOf(await finished), expected);
  });

  const further = slow("compute further runs of a ledger that was closed and opened again");
  further.it("shows ended runs and extends them after a restart", async () => {
    const flags = ["--ledger", join(folder, "ended.sqlite")];
    await using cluster = await Cluster.start(1, 1, flags);
    const half = [...RUN.slice(0, -1), String(12 * SHARD)];
    const { name } = await cluster.run(half);
    await cluster.replaceCoordinator(flags);
    assert.equal((await cluster.api.getRun(name)).state, "RUN_STATE_SUCCEEDED");
    const extend = ["runs", "extend", name, "--replicas", String(24 * SHARD)];
    const extended = await jsonHere<RunJson>([...extend, "--coordinator", cluster.address]);
    assert.equal(answerOf(extended), expected);
  });

  it("lets an interrupted command go on where it was", async () => {
    const env = { XDG_DATA_HOME: join(folder, "data") };
    const commands = join(folder, "data", "lyapunov-cluster", "commands");
    await using interrupted = startCommand(["run", ...RUN, "--threads", "1"], { env });
    await hasGrown(join(commands, "*", "ledger.sqlite-wal"), SOME_SHARDS_BYTES);
    interrupted.signal("SIGINT");
    const { code, stderr } = await interrupted.ended;
    assert.equal(code, 130);
    assert.match(
      stderr,
      /interrupted; the same command resumes from here, with .*ledger\.sqlite\n$/,
    );
    assert.equal((await readdir(commands)).length, 1);
    await using again = startCommand(["run", ...RUN, "--threads", "1", "--json"], { env });
    const { stdout } = await again.ended;
    assert.equal(answerOf(JSON.parse(stdout) as RunJson), expected);
    assert.deepEqual(await readdir(commands), [], "nothing is left once the answer is out");
  });

  it("is kept where it was asked for, and then answers without computing", async () => {
    const args = ["run", ...RUN, "--ledger", join(folder, "kept.sqlite")];
    const first = await commandJson<RunJson>(args);
    const second = await commandJson<RunJson>(args);
    assert.equal(answerOf(first), expected);
    assert.deepEqual([second.name, second.endTime], [first.name, first.endTime]);
  });

  it("that another coordinator has is refused in one sentence", async () => {
    const ledger = join(folder, "locked.sqlite");
    await using cluster = await Cluster.start(0, 1, ["--ledger", ledger]);
    assert.ok(cluster.address);
    const second = ["serve", "--listen", "127.0.0.1:0", "--ledger", ledger];
    const { code, stdout, stderr } = await runHere(second);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(
      stderr,
      /^lyapunov: --ledger .*: (another process|process \d+ \(.*\)) has it open, .*\n$/,
    );
  });

  for (const [command, place, remedy] of [
    [["run", ...RUN], "", "give a file or memory; only serve takes a database"],
    [["run", ...RUN], "postgres://host/x", "give a file or memory; only serve takes a database"],
    [["serve"], "", "give a file, or memory"],
  ] as const) {
    it(`is not to be had by ${command[0]} --ledger '${place}'`, async () => {
      const { code, stderr } = await runHere([...command, "--ledger", place]);
      assert.equal(code, 2);
      assert.equal(stderr, `lyapunov: --ledger: '${place}' is not allowed; ${remedy}\n`);
    });
  }

  it("that is none is refused in one sentence", async () => {
    const notes = join(folder, "notes.txt");
    await writeFile(notes, "these are notes, and no ledger at all\n".repeat(100));
    const { code, stderr } = await runHere(["run", ...RUN, "--ledger", notes]);
    assert.equal(code, 1);
    assert.match(stderr, /^lyapunov: --ledger .*notes\.txt: it is not a ledger, or .*\n$/);
  });
});

/** Resolves once the one file that matches has at least `bytes` bytes. */
async function hasGrown(pattern: string, bytes: number): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    for await (const path of glob(pattern)) {
      if ((await stat(path)).size >= bytes) return;
    }
    await delay(25);
  }
  throw new Error(`${pattern} has not grown to ${bytes} bytes`);
}
