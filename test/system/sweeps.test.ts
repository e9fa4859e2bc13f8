import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { present } from "../support/present.ts";
import { Cluster } from "./support/cluster.ts";
import { jsonHere } from "./support/command.ts";
import { runHere } from "./support/inProcess.ts";

interface SweepJson {
  readonly name: string;
  readonly displayName: string;
  readonly state: string;
  readonly endedRunCount: number;
  readonly runCount: number;
  readonly runs: readonly { readonly name: string }[];
}

const FILE = `
name: two widths
defaults: { depth: 8, weights: gaussian, gain: he, replicas: 1000 }
grids: [{ width: [2, 4] }]
`;

describe("lyapunov sweeps", () => {
  let cluster: Cluster;
  let folder: string;
  let file: string;
  /** What the command said that submitted the sweep. */
  let said: { readonly stdout: string; readonly stderr: string };
  let sweep: SweepJson;

  before(async () => {
    cluster = await Cluster.start(1, 1);
    folder = await mkdtemp(join(tmpdir(), "lyapunov-sweeps-"));
    file = join(folder, "widths.yaml");
    await writeFile(file, FILE);
    said = await succeeds("sweep", file);
    const { sweeps } = await jsonHere<{ sweeps: SweepJson[] }>([
      ..."sweeps list".split(" "),
      ...at(),
    ]);
    sweep = await jsonHere<SweepJson>(["sweeps", "show", present(sweeps[0]).name, ...at()]);
  });
  after(async () => {
    await cluster[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const at = () => ["--coordinator", cluster.address];
  const here = (...args: readonly string[]) => runHere([...args, ...at()]);

  async function succeeds(...args: readonly string[]) {
    const { code, stdout, stderr } = await here(...args);
    assert.equal(code, 0, stderr);
    return { stdout, stderr };
  }

  it("knows what `sweep --coordinator` has submitted by the names that it said", () => {
    const shown = `lyapunov sweeps show ${sweep.name} --coordinator ${cluster.address}`;
    assert.ok(said.stderr.startsWith(`submitted ${sweep.name} "two widths"`), said.stderr);
    assert.ok(said.stderr.endsWith(`${sweep.name} "two widths": ${shown}\n`), said.stderr);
    for (const { name } of sweep.runs) assert.ok(said.stdout.includes(name), said.stdout);
  });

  it("says nothing on standard error if it is to be quiet, and all names in JSON", async () => {
    const { stdout, stderr } = await succeeds("--quiet", "sweep", file, "--json");
    assert.equal(stderr, "");
    const { name, runs } = JSON.parse(stdout) as SweepJson;
    assert.match(name, /^sweeps\/\w+$/);
    for (const run of runs) assert.match(run.name, /^runs\/\w+$/);
  });

  it("lists sweeps with their names, ages, states and runs, and runs with theirs", async () => {
    const { stdout } = await succeeds("sweeps", "list");
    const row = stdout.split("\n").find((line) => line.includes(sweep.name)) ?? "";
    assert.match(row, /│ two widths +│ \d+ (s|min) +│ SUCCEEDED +│ 2 of 2 +│$/);
    const run = await succeeds(
      "run",
      "--width",
      "3",
      "--replicas",
      "100",
      "--display-name",
      "three",
    );
    assert.match(run.stdout, /│ run +│ runs\/\w+ "three", SUCCEEDED/);
    assert.match(run.stderr, /^runs\/\w+ "three": lyapunov runs show runs\/\w+ --coordinator /m);
    const { stdout: runs } = await succeeds("runs", "list");
    assert.match(runs, /│ name +│ display name +│ age +│ state/);
    assert.match(runs, /│ runs\/\w+ +│ three +│ \d+ (s|min) +│ SUCCEEDED/);
    assert.deepEqual([sweep.state, sweep.endedRunCount, sweep.runCount], ["SUCCEEDED", 2, 2]);
  });

  it("shows, watches, plots and exports a sweep", async () => {
    const heading = `${sweep.name} "two widths": SUCCEEDED, 2 of 2 runs have ended\n`;
    for (const verb of ["show", "watch"]) {
      const { stdout } = await succeeds("sweeps", verb, sweep.name);
      assert.ok(stdout.startsWith(heading), stdout);
      for (const { name } of sweep.runs) assert.ok(stdout.includes(name), stdout);
    }
    assert.match((await succeeds("sweeps", "plot", sweep.name)).stdout, /^<svg/);
    assert.match((await succeeds("sweeps", "export", sweep.name)).stdout, /^name,state,/);
  });

  it("extends a sweep, and both refuse to cancel what has ended", async () => {
    const extended = await jsonHere<SweepJson>([
      "sweeps",
      "extend",
      sweep.name,
      "--replicas",
      "2000",
      ...at(),
    ]);
    assert.deepEqual([extended.state, extended.runs.length], ["SUCCEEDED", 2]);
    for (const [command, ended] of [
      ["sweeps", sweep.name],
      ["runs", sweep.name],
      ["runs", present(sweep.runs[0]).name],
    ] as const) {
      const { code, stdout, stderr } = await here(command, "cancel", ended);
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr, new RegExp(`^lyapunov: ${ended} has ended \\(SUCCEEDED\\); only an `));
    }
  });

  it("takes the names of sweeps only, and says where they are", async () => {
    const wrong = await here("sweeps", "show", sweep.runs[0]?.name ?? "");
    assert.equal(wrong.code, 2);
    assert.match(
      wrong.stderr,
      /NAME: 'runs\/\w+' .* give sweeps\/\{id\}, see 'lyapunov sweeps list'/,
    );
    const unknown = await here("sweeps", "show", "sweeps/none");
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /'sweeps\/none' is unknown; see .* 'lyapunov sweeps list'/);
  });
});
