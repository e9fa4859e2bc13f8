import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { needing } from "../support/tiers/tiers.ts";
import type { RunJson } from "./support/cluster.ts";
import { COMMAND, ROOT, runCommand, startCommand } from "./support/command.ts";
import { answerOf } from "./support/estimates.ts";
import { Started } from "./support/processes.ts";

const execute = promisify(execFile);

const SMALL = "--quiet run --width 8 --replicas 4096 --json".split(" ");
/** A run that does not end while a test looks at it. */
const ENDLESS = "run --width 8 --replicas 4000000000 --threads 1".split(" ");
const DAY_SECONDS = 86_400;

/** A library that lets fcntl's locks fail as on a file system without any. */
const NO_LOCKS = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
static int without_locks(const char *name, int file, int command, void *argument) {
  int (*real)(int, int, ...) = dlsym(RTLD_NEXT, name);
  if (command == F_SETLK || command == F_SETLKW) { errno = ENOLCK; return -1; }
  return real(file, command, argument);
}
#define REPLACE(name) \\
  int name(int file, int command, ...) { \\
    va_list rest; va_start(rest, command); void *argument = va_arg(rest, void *); va_end(rest); \\
    return without_locks(#name, file, command, argument); }
REPLACE(fcntl)
REPLACE(fcntl64)
`;

describe("the ledger that a command keeps for itself", () => {
  let folder: string;
  let expected: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lyapunov-own-"));
    const { stdout } = await runCommand(SMALL);
    expected = answerOf(JSON.parse(stdout) as RunJson);
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  /** Asserts that a command answered, and said that nothing is kept, and why. */
  function assertInMemory({ code, stdout, stderr }: Awaited<Started["ended"]>, why: RegExp): void {
    assert.equal(code, 0, stderr);
    assert.equal(answerOf(JSON.parse(stdout) as RunJson), expected);
    assert.match(stderr, why);
    assert.match(stderr, /This command keeps its work in memory: an interruption loses it\n$/);
  }

  it("is shared by the same command when it is started twice", async () => {
    const env = { XDG_DATA_HOME: join(folder, "twice") };
    // Some seconds of work on one thread.
    const args = "--quiet run --width 7 --depth 50 --replicas 1000000 --threads 1 --json".split(
      " ",
    );
    await using first = startCommand(args, { env });
    const commands = join(env.XDG_DATA_HOME, "lyapunov-cluster", "commands");
    await hasEntry(commands);
    await using second = startCommand(args, { env });
    const [one, other] = await Promise.all([first.ended, second.ended]);
    assert.deepEqual([one.code, other.code], [0, 0], one.stderr + other.stderr);
    // It is the same run, with the same name and times: nothing was computed twice.
    assert.equal(other.stdout, one.stdout);
    assert.match(
      other.stderr,
      new RegExp(`the same command runs already \\(process ${first.pid} on .*\\); waiting for its`),
    );
    assert.deepEqual(await readdir(commands), []);
  });

  it("is listed and deleted where it was left, and not while the command runs", async () => {
    const env = { XDG_DATA_HOME: join(folder, "left") };
    const commands = join(env.XDG_DATA_HOME, "lyapunov-cluster", "commands");
    await using started = startCommand(ENDLESS, { env });
    await hasEntry(commands);
    const listed = async () => {
      const { stdout } = await runCommand(["ledgers", "list", "--json"], { env });
      return (JSON.parse(stdout) as { ledgers: Record<string, unknown>[] }).ledgers;
    };
    const [running] = await listed();
    assert.deepEqual([running?.["state"], running?.["command"]], ["running", ENDLESS]);
    const id = String(running?.["id"]);
    const refused = await runCommand(["ledgers", "remove", id], { env });
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /: running \(process \d+\); end the command first, /);
    started.signal("SIGKILL");
    await started.ended;
    assert.equal((await listed())[0]?.["state"], "interrupted");
    const { stdout } = await runCommand(["ledgers", "list"], { env });
    assert.ok(stdout.includes(ENDLESS.join(" ")), stdout);
    const removed = await runCommand(["ledgers", "remove", id.slice(0, 6)], { env });
    assert.match(removed.stdout, / is deleted\n$/);
    assert.deepEqual(await listed(), []);
    const unknown = await runCommand(["ledgers", "remove", id], { env });
    assert.equal(unknown.code, 2);
  });

  it("says how the command begins anew, if it is damaged", async () => {
    const env = { XDG_DATA_HOME: join(folder, "damaged") };
    const commands = join(env.XDG_DATA_HOME, "lyapunov-cluster", "commands");
    await using running = startCommand(ENDLESS, { env });
    await running.said(/replicas\/s/, "stderr");
    running.signal("SIGINT");
    await running.ended;
    const [id = ""] = await readdir(commands);
    const ledger = join(commands, id, "ledger.sqlite");
    await rm(`${ledger}-wal`, { force: true });
    await writeFile(ledger, "this has never been a database\n".repeat(300));
    const { code, stderr } = await runCommand(ENDLESS, { env });
    assert.equal(code, 1, stderr);
    const [, remedy = ""] =
      /or have this command begin anew: 'lyapunov (ledgers remove \w+)'\n/.exec(stderr) ?? [];
    assert.equal((await runCommand(remedy.split(" "), { env })).code, 0, stderr);
    assert.deepEqual(await readdir(commands), []);
  });

  it("is deleted by the next command after thirty days, which says so", async () => {
    const env = { XDG_DATA_HOME: join(folder, "old") };
    const commands = join(env.XDG_DATA_HOME, "lyapunov-cluster", "commands");
    for (const [name, days] of [
      ["recent", 29],
      ["ancient", 31],
    ] as const) {
      await mkdir(join(commands, name), { recursive: true });
      const ledger = join(commands, name, "ledger.sqlite");
      await writeFile(ledger, "");
      const time = Date.now() / 1000 - days * DAY_SECONDS;
      await utimes(ledger, time, time);
    }
    const { code, stderr } = await runCommand(SMALL, { env });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /deleted the ledger of a command .* more than 30 days ago\n/);
    assert.deepEqual(await readdir(commands), ["recent"]);
  });

  it("is in memory where its place is a file, with a word of warning", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    const ended = await runCommand(SMALL, { env: { XDG_DATA_HOME: file } });
    assertInMemory(ended, /it cannot be opened: .*file is not a folder; give /);
  });

  it("is in memory where there is no home, with a word of warning", async () => {
    const ended = await runCommand(SMALL, { env: { XDG_DATA_HOME: "", HOME: "" } });
    assertInMemory(ended, /there is no home folder to keep a ledger in \(\$HOME\); set XDG_DATA_/);
  });

  for (const home of ["", "here"]) {
    it(`leaves nothing where the command runs if HOME is '${home}'`, async () => {
      const cwd = await mkdtemp(join(folder, "cwd-"));
      const env = { XDG_DATA_HOME: "", XDG_CACHE_HOME: "", HOME: home };
      assertInMemory(await runCommand(SMALL, { env, cwd }), /there is no home folder/);
      // Code that was compiled would be here, and be run: others may write to such folders.
      assert.deepEqual(await readdir(cwd), []);
    });
  }

  it("is in memory where nobody can make a folder, with a word of warning", async () => {
    const env = { XDG_DATA_HOME: "/dev/fd", XDG_CACHE_HOME: "/dev/fd" };
    assertInMemory(await runCommand(SMALL, { env }), /it cannot be opened: .*; give /);
  });

  needing("mount", "util-linux").it("is in memory where the home is read-only", async () => {
    const home = join(folder, "read-only");
    await mkdir(home);
    const line = `XDG_DATA_HOME=${home} exec ${process.execPath} ${COMMAND} ${SMALL.join(" ")}`;
    const script = `mount -t tmpfs -o ro none ${home} && ${line}`;
    const flags = ["--map-root-user", "--mount", "sh", "-c", script];
    await using started = new Started("unshare", flags, { cwd: ROOT });
    assertInMemory(await started.ended, /read-only is on a read-only file system; give /);
  });

  needing("gcc").it(
    "is in memory where nothing can be locked, with the cause by its name",
    async () => {
      const [source, library] = [join(folder, "noLocks.c"), join(folder, "noLocks.so")];
      await writeFile(source, NO_LOCKS);
      await execute("gcc", ["-shared", "-fPIC", "-o", library, source, "-ldl"]);
      const env = { LD_PRELOAD: library, XDG_DATA_HOME: join(folder, "unlocked") };
      assertInMemory(await runCommand(SMALL, { env }), /does not lock files \(home folders on NFS/);
      const serve = ["serve", "--listen", "127.0.0.1:0"];
      const { code, stderr } = await runCommand(serve, { env });
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^lyapunov: --ledger .* does not lock files .* local disk, or memory\n$/,
      );
    },
  );
});

/** Resolves once the folder has an entry with a ledger in it. */
async function hasEntry(commands: string): Promise<void> {
  for (;;) {
    const [name] = await readdir(commands).catch(() => []);
    const files = name === undefined ? [] : await readdir(join(commands, name));
    if (files.includes("ledger.sqlite-wal")) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
