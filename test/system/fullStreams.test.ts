import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { mkdtemp, mkdtempDisposable, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { needing } from "../support/tiers/tiers.ts";
import { sharedCluster, type RunJson } from "./support/cluster.ts";
import { COMMAND, jsonHere, ROOT } from "./support/command.ts";
import { Started } from "./support/processes.ts";

const SMALL = "--width 4 --depth 4 --replicas 512";
const FULL =
  /^lyapunov: standard output \('\/dev\/full'\) cannot be written \(ENOSPC: .*\); make room there, .*\n$/;

/** Starts `lyapunov …` by a line of the shell in which "$@" stands for it. */
function startIn(shell: string, line: string): Started {
  const args = ["-c", shell, "sh", process.execPath, COMMAND, ...line.split(" ")];
  return new Started("sh", args, { cwd: ROOT, group: true });
}

async function runIn(shell: string, line: string) {
  await using started = startIn(shell, line);
  return await started.ended;
}

describe("a full standard output", () => {
  let there: string;
  let run: string;
  before(async () => {
    const cluster = await sharedCluster();
    there = `--coordinator ${cluster.address}`;
    run = (await jsonHere<RunJson>(["run", ...SMALL.split(" "), ...there.split(" ")])).name;
  });

  const lines = [
    "--help",
    "exact --width 4 --json",
    `run --quiet ${SMALL}`,
    `run --quiet ${SMALL} --json THERE`,
    "bench --quiet --seconds 0.01 --width 4 --depth 4 --weights gaussian",
    "serve --log-level error --listen 127.0.0.1:0 --ledger memory",
    "runs list THERE",
    "sweeps list THERE",
    "runs show RUN THERE",
    "runs watch --quiet RUN THERE",
    "runs extend --quiet RUN --replicas 512 THERE",
    "runs plot RUN --text THERE",
    "runs export RUN THERE",
  ];
  for (const line of lines) {
    it(`ends '${line}' with one sentence`, async () => {
      const whole = line.replace("THERE", there).replace("RUN", run);
      const { code, stderr } = await runIn('exec "$@" >/dev/full', whole);
      assert.match(stderr, FULL);
      assert.equal(code, 1);
    });
  }

  it("ends a command whose file is full with one sentence that names the file", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "lyapunov-full-"));
    const sweep = join(folder.path, "sweep.yaml");
    await writeFile(sweep, "name: small\ngrids:\n  - { width: [2, 4], depth: 4, replicas: 512 }\n");
    // The picture's name has to end so.
    const picture = join(folder.path, "full.svg");
    await symlink("/dev/full", picture);
    for (const [flag, path, line] of [
      ["--output", "/dev/full", `runs export ${run} --format csv`],
      ["--plot", picture, `sweep --quiet ${sweep} --json`],
    ] as const) {
      const { code, stderr } = await runIn('exec "$@"', `${line} ${there} ${flag} ${path}`);
      const last = stderr.trimEnd().split("\n").at(-1) ?? "";
      assert.ok(
        last.startsWith(`lyapunov: ${flag}: '${path}' cannot be written (ENOSPC: `),
        stderr,
      );
      assert.doesNotMatch(stderr, /^ +at /m);
      assert.equal(code, 1);
    }
  });

  it("withholds the entry of a token that nobody has seen", async () => {
    const { code, stdout } = await runIn('exec "$@" 2>/dev/full', "token me --roles read");
    assert.deepEqual([code, stdout], [1, ""]);
  });
});

describe("a reader of standard output that has gone away", () => {
  for (const line of ["exact --width 4", "--help", `run --quiet ${SMALL}`]) {
    it(`ends '${line}' quietly`, async () => {
      const shell = '{ "$@"; echo "exit code $?" >&2; } | true';
      const { stderr } = await runIn(shell, line);
      assert.equal(stderr, "exit code 0\n");
    });
  }
});

describe("a standard error that takes nothing", () => {
  /** Lines of the shell that run a command so, and pass its answer and its exit code on. */
  const shells: readonly (readonly [string, string])[] = [
    ["is full", '"$@" 2>/dev/full; echo "exit code $?"'],
    ["has lost its reader", '( { "$@" 2>&1 1>&3 3>&-; echo "exit code $?" >&3; } | true ) 3>&1'],
  ];
  for (const [what, shell] of shells) {
    it(`and ${what} costs a run no answer`, async () => {
      const { stdout } = await runIn(shell, `--log-level debug run ${SMALL} --json`);
      const [, json = "", code] = /^(\{[^]*\})\nexit code (\d+)\n$/.exec(stdout) ?? [];
      assert.equal(code, "0", stdout);
      assert.equal((JSON.parse(json) as RunJson).state, "SUCCEEDED");
    });

    it(`and ${what} ends neither coordinators nor workers`, async () => {
      await using coordinator = startIn(shell, "serve --listen 127.0.0.1:0 --ledger memory");
      const [, address] = await coordinator.said(/listening on (\S+)/, "stdout");
      await using worker = startIn(shell, `work --threads 1 --coordinator ${address}`);
      const line = `run --quiet ${SMALL} --json --coordinator ${address}`.split(" ");
      const { name } = await jsonHere<RunJson>(line.filter((word) => word !== "--json"));
      const again = ["runs", "show", name, "--coordinator", String(address)];
      assert.equal((await jsonHere<RunJson>(again)).state, "SUCCEEDED");
      assert.ok(!coordinator.hasEnded && !worker.hasEnded);
    });
  }
});

needing("mount", "util-linux").describe("a disk that fills up under a command", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lyapunov-full-"));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  /** Starts a line of the shell with a file system of its own in $folder, of one page. */
  function startOnDisk(shell: string, line: string): Started {
    const mounted = `folder=${folder}; mount -t tmpfs -o size=4k none $folder && ${shell}`;
    const own = ["--map-root-user", "--mount", "sh", "-c", mounted, "sh"];
    const args = [...own, process.execPath, COMMAND, ...line.split(" ")];
    return new Started("unshare", args, { cwd: ROOT, group: true });
  }

  it("does not leave half an answer for a whole one", async () => {
    // A run's JSON is longer than a page: the system writes a part of it, and calls that a success.
    const line = `run --quiet ${SMALL} --json --ledger memory`;
    await using started = startOnDisk('exec "$@" >$folder/answer.json', line);
    const { code, stderr } = await started.ended;
    const path = join(folder, "answer.json");
    assert.ok(stderr.startsWith(`lyapunov: standard output ('${path}') cannot be written (ENOSPC`));
    assert.equal(code, 1);
  });

  it("costs a coordinator lines of its log, which it says when there is room again", async () => {
    const log = join(await mkdtemp(join(tmpdir(), "lyapunov-log-")), "log");
    // The disk is full from the start; the room for the log comes with the first line on stdin.
    const shell =
      'head -c 4096 /dev/zero >$folder/ballast; "$@" 2>$folder/log & ' +
      `read -r _; rm $folder/ballast; read -r _; kill $!; wait $!; cp $folder/log ${log}`;
    await using coordinator = startOnDisk(shell, "serve --listen 127.0.0.1:0 --ledger memory");
    await coordinator.said(/listening on/, "stdout");
    coordinator.type("room\n");
    coordinator.type("end\n");
    const { code } = await coordinator.ended;
    assert.equal(code, 0);
    const lines = (await readFile(log, "utf8")).trim().split("\n");
    const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    assert.deepEqual(messages.slice(0, 1), ["stopping"]);
    assert.match(String(messages[1]), /^1 line before this could not be written \(ENOSPC: /);
    await rm(join(log, ".."), { recursive: true });
  });
});

describe("the sources of the command", () => {
  it("write to standard output and standard error in one place", () => {
    const sources = globSync("{shared,coordinator,worker,client}/**/*.ts", { cwd: ROOT });
    const writers = sources.filter((file) =>
      /process\.(?:stdout|stderr)\.write|stream: process\.|console\./.test(
        readFileSync(`${ROOT}${file}`, "utf8"),
      ),
    );
    // All others ask client/cli/streams.ts, which versions of Node that are too old cannot load.
    assert.deepEqual(writers, ["client/main.ts"]);
  });
});
