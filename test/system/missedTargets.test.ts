import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { RunJson, SweepJson } from "../../shared/wire/json.ts";
import { sharedCluster, type Cluster } from "./support/cluster.ts";
import { runHere } from "./support/inProcess.ts";

const HARD = "run --width 8 --depth 50 --precision 1e-12 --maximum-replicas 5000".split(" ");
const EASY = "run --width 8 --depth 50 --precision 1e-2 --maximum-replicas 5000".split(" ");

describe("a precision that the limit of replicas cannot reach", () => {
  let cluster: Cluster;
  let folder: string;

  before(async () => {
    cluster = await sharedCluster();
    folder = await mkdtemp(join(tmpdir(), "lyapunov-"));
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  /** Runs a command on the cluster. */
  async function command(...args: readonly string[]) {
    return runHere(["--quiet", ...args, "--coordinator", cluster.address]);
  }

  it("is missed: the command says so, and ends with a code of its own", async () => {
    const { code, stdout, stderr } = await command(...HARD);
    assert.equal(code, 3);
    assert.match(stdout, /target +│ missed: standard error of λ̂ [\d.]+, target 1·10\^−12/);
    assert.match(stderr, /^lyapunov: runs\/\w+ missed its target at the limit of 5,000 replicas: /);
  });

  it("is missed in JSON, too, whoever watches or extends the run", async () => {
    const { code, stdout } = await command(...HARD, "--json");
    const run = JSON.parse(stdout) as RunJson;
    assert.deepEqual([code, run.state, run.targetMet], [3, "SUCCEEDED", false]);
    const shown = await command("runs", "show", run.name);
    assert.equal(shown.code, 0);
    assert.equal((await command("runs", "watch", run.name)).code, 3);
    const list = await command("runs", "list", "--limit", "100");
    const row = list.stdout.split("\n").find((line) => line.includes(run.name));
    assert.match(String(row), /SUCCEEDED, target missed/);
    const more = "--precision 1e-12 --maximum-replicas 6000".split(" ");
    assert.equal((await command("runs", "extend", run.name, ...more)).code, 3);
    // Without a target there is none to miss.
    const count = await command("runs", "extend", run.name, "--replicas", "7000", "--json");
    assert.deepEqual(
      [count.code, (JSON.parse(count.stdout) as RunJson).targetMet],
      [0, null],
      count.stderr,
    );
  });

  it("is told apart from one that is met", async () => {
    const { code, stdout } = await command(...EASY, "--json");
    assert.deepEqual([code, (JSON.parse(stdout) as RunJson).targetMet], [0, true]);
  });

  it("fails a sweep that is otherwise done, with the same code", async () => {
    const file = join(folder, "sweep.yaml");
    await writeFile(
      file,
      "name: two\ndefaults: { width: 8, depth: 50, maximumReplicas: 5000 }\n" +
        "grids: [{ precision: [1.0e-12, 1.0e-2] }]\n",
    );
    const { code, stdout, stderr } = await command("sweep", file, "--json");
    assert.equal(code, 3);
    const { runs, name } = JSON.parse(stdout) as SweepJson;
    assert.deepEqual(
      runs.map(({ targetMet }) => targetMet),
      [false, true],
    );
    assert.match(stderr, /1 of 2 runs missed their target/);
    assert.equal((await command("runs", "watch", name)).code, 3);
  });
});

describe("lists of runs", () => {
  it("do not show the survivors' λ̂ as λ̂ where λ = −∞", async () => {
    const cluster = await sharedCluster();
    const relu = "--width 4 --depth 20 --negative-slope 0 --replicas 500".split(" ");
    const { name } = await cluster.run(relu);
    const { stdout } = await runHere([
      ..."runs list --limit 100 --coordinator".split(" "),
      cluster.address,
    ]);
    const row = stdout.split("\n").find((line) => line.includes(name));
    assert.match(String(row), /│ −∞ \(survivors −0\.\d+ ± 0\.\d+\) +│/);
  });
});
