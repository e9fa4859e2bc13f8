import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { needingTensorflow } from "../support/tiers/tiers.ts";
import { ROOT } from "../system/support/command.ts";

const SET_UP = "dist/tools/tensorflow/setUp.js";

/** Parts of the package that the set-up consists of. */
const PARTS = ["package.json", "tools/tensorflow", "dist/tools", "dist/worker", "dist/shared"];

describe("setting TensorFlow up", () => {
  let root: string;
  let programs: string;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "lyapunov-tests-")));
    for (const part of PARTS) cpSync(join(ROOT, part), join(root, part), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"));
    programs = join(root, "programs");
    mkdirSync(programs);
  });
  afterEach(() => {
    assert.deepEqual(
      readdirSync(root).filter((name) => name.startsWith("tensorflow")),
      [],
    );
    rmSync(root, { recursive: true });
  });

  /** Puts a program into the PATH that only does this. */
  function program(name: string, script: string): void {
    writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(programs, name), 0o755);
  }

  function setUp(setUpArguments: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      [join(root, SET_UP), ...setUpArguments],
      { encoding: "utf8", env: { PATH: programs, ...environment } },
    );
    assert.equal(stdout, "");
    return { status, said: stderr.trim().split("\n").at(-1) ?? "" };
  }

  const FROM_WHEEL = ["--from-wheel", "tensorflow-cpu"];

  function missing(expected: RegExp): void {
    const { status, said } = setUp(FROM_WHEEL);
    assert.match(said, expected);
    assert.equal(status, 1);
  }

  it("says in a sentence which program is missing, before it downloads anything", () => {
    missing(/^setup:tensorflow: there is no python3, .*; install Python 3 with pip \(Debian: apt-/);
    program("python3", "exit 1");
    missing(/^setup:tensorflow: python3 has no pip, .*; install Python 3 with pip/);
    program("python3", "exit 0");
    missing(/^setup:tensorflow: there is no g\+\+ to build .*; install a C\+\+ compiler/);
    program("g++", "exit 1");
    missing(/^setup:tensorflow: g\+\+ does not work; install a C\+\+ compiler/);
    program("g++", "exit 0");
    missing(/^setup:tensorflow: there is no npm; install it beside Node$/);
  });

  it("takes another compiler that CXX names", () => {
    program("python3", "exit 0");
    const { said } = setUp(FROM_WHEEL, { CXX: "clang++-99" });
    assert.match(said, /^setup:tensorflow: there is no clang\+\+-99 to build/);
  });

  it("says what to do where the stock way is refused, and leaves nothing behind", () => {
    program("npm", "echo getaddrinfo ENOTFOUND >&2; exit 1");
    const { status, said } = setUp([]);
    assert.match(
      said,
      /the stock way, see what npm said; .*: npm run setup:tensorflow -- --from-wheel/,
    );
    assert.equal(status, 1);
  });

  it("says what to do where npm's registry cannot be reached", () => {
    program("python3", "exit 0");
    program("g++", "exit 0");
    const { status, said } = setUp(FROM_WHEEL, {
      PATH: [programs, ...(process.env["PATH"] ?? "").split(delimiter)].join(delimiter),
      HOME: root,
      npm_config_cache: join(root, "cache"),
      npm_config_registry: "http://127.0.0.1:9",
      npm_config_fetch_retries: "0",
    });
    assert.match(said, /: npm cannot install @tensorflow\/tfjs-node-gpu, .*; check the network/);
    assert.equal(status, 1);
  });

  it("ends on a signal at once, and leaves nothing behind", async () => {
    program("npm", `exec ${process.execPath} -e 'setTimeout(() => {}, 60_000)'`);
    const child = spawn(process.execPath, [join(root, SET_UP)], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { PATH: programs },
    });
    child.stderr.setEncoding("utf8");
    let said = "";
    child.stderr.on("data", (part: string) => {
      if (!said.includes("installing") && part.includes("installing")) child.kill("SIGINT");
      said += part;
    });
    const [status] = (await once(child, "close")) as [number];
    assert.match(said, /setup:tensorflow: interrupted; nothing has changed\n$/);
    assert.equal(status, 130);
  });

  it("removes what a set-up left that was killed, but not that of one at work", () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    const killed = join(root, `tensorflow.new-${pid}`);
    const atWork = join(root, `tensorflow.new-${process.pid}`);
    for (const folder of [killed, atWork]) mkdirSync(join(folder, "deps"), { recursive: true });
    setUp(FROM_WHEEL);
    assert.equal(existsSync(killed), false);
    assert.equal(existsSync(atWork), true);
    rmSync(atWork, { recursive: true });
  });

  it("refuses what it does not know, as bad usage", () => {
    for (const bad of [["--from-wheel", "torch"], ["--frm-wheel"], ["tensorflow"]]) {
      assert.equal(setUp(bad).status, 2);
    }
  });
});

needingTensorflow().describe("TensorFlow that is set up", () => {
  it("is not set up twice, but told of", () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(ROOT, SET_UP), "--from-wheel", "tensorflow-cpu"],
      { encoding: "utf8" },
    );
    assert.match(
      stderr,
      /^setup:tensorflow: \/.* is set up already: TensorFlow \d+\.\d+\.\d+, which uses no GPU, only the processor\n/,
    );
    assert.equal(status, 0);
  });
});
