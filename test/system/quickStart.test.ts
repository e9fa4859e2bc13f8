import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { COMMAND, ROOT, runCommand } from "./support/command.ts";
import { Started } from "./support/processes.ts";

const HOOK = fileURLToPath(new URL("support/loadedPackages.ts", import.meta.url));

/** Packages that take longer to load than a quick command takes to answer. */
const HEAVY = [
  "@grpc/grpc-js",
  "@grpc/proto-loader",
  "@stdlib/stats-base-dists-t-quantile",
  "better-sqlite3",
  "pg",
  "pino",
  "piscina",
  "protobufjs",
  "vega",
  "vega-lite",
  "yaml",
  "zod",
];

describe("a command that is to answer at once", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lyapunov-start-"));
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  /** The packages that `lyapunov …` loads, whatever its exit code. */
  async function packagesOf(line: string): Promise<string[]> {
    const file = join(folder, "packages.json");
    const args = ["--import", HOOK, COMMAND, ...line.split(" ")];
    await using started = new Started(process.execPath, args, {
      cwd: ROOT,
      env: { LYAPUNOV_TEST_LOADED_PACKAGES: file },
    });
    await started.ended;
    return JSON.parse(await readFile(file, "utf8")) as string[];
  }

  for (const line of ["--version", "--help"]) {
    it(`loads nothing but commander for 'lyapunov ${line}'`, async () => {
      assert.deepEqual(await packagesOf(line), ["commander"]);
    });
  }

  for (const line of [
    "exact --width 16",
    "run --width 0",
    "runs show frob",
    "token me --roles read",
  ]) {
    it(`loads nothing heavy for 'lyapunov ${line}'`, async () => {
      const loaded = await packagesOf(line);
      assert.ok(loaded.includes("commander"));
      assert.deepEqual(
        HEAVY.filter((name) => loaded.includes(name)),
        [],
      );
    });
  }

  it("is told apart from one that calls a coordinator, which loads gRPC", async () => {
    const loaded = await packagesOf("runs list --coordinator 127.0.0.1:1");
    assert.ok(loaded.includes("@grpc/grpc-js"));
    assert.ok(loaded.includes("protobufjs"));
  });

  it("has all its flags in both of its helps", async () => {
    const [asked, flagged] = await Promise.all([
      runCommand(["help", "run"]),
      runCommand(["run", "--help"]),
    ]);
    assert.deepEqual([asked.code, flagged.code], [0, 0]);
    assert.match(asked.stdout, /--width[^]*--replicas[^]*--coordinator/);
    assert.equal(asked.stdout, flagged.stdout);
  });

  it("keeps what was compiled in the person's own cache folder", async () => {
    const { code } = await runCommand(["--version"], { env: { XDG_CACHE_HOME: folder } });
    assert.equal(code, 0);
    const kept = await readdir(join(folder, "lyapunov-cluster", "compiled"), { recursive: true });
    assert.ok(kept.length > 5, kept.join(" "));
  });

  it("does without, and without a word, where that folder cannot be written", async () => {
    const file = join(folder, "a-file");
    await writeFile(file, "");
    const { code, stdout, stderr } = await runCommand(["--version"], {
      env: { XDG_CACHE_HOME: file },
    });
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
    assert.equal(await readFile(file, "utf8"), "");
  });
});
