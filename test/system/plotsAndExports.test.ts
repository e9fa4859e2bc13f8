import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parquetReadObjects } from "hyparquet";

import { parsePropagation } from "../../shared/kinds/propagation/propagation.ts";
import type { Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { specificationToMessage } from "../../shared/kinds/propagation/messages.ts";
import { hasEnded, stateOf } from "../../shared/wire/runStates.ts";
import { needing } from "../support/tiers/tiers.ts";
import { Cluster } from "./support/cluster.ts";
import { COMMAND, ROOT } from "./support/command.ts";
import { runHere } from "./support/inProcess.ts";
import { Started } from "./support/processes.ts";

/** Number of digits in the labels of an SVG. */
const LABEL_DIGITS = 12;

/** A run of three shards and a bit. */
const RUN = "--width 4 --depth 2000 --replicas 14000 --seed 7".split(" ");

describe("plots and exports", () => {
  let folder: string;
  let cluster: Cluster;
  let run: Run__Output;
  let sweep: string;
  const ledger = () => ["--ledger", join(folder, "ledger.sqlite")];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lyapunov-"));
    cluster = await Cluster.start(1, 1, ledger());
    const { name } = await cluster.run(RUN);
    run = await cluster.api.getRun(name, true);
    const grid = [4, 8].flatMap((width) =>
      [1, 1.5, 3].map((gain) =>
        specificationToMessage(
          parsePropagation({
            network: { width, gain, depth: 20, negativeSlope: 0.01, weights: "gaussian" },
            stoppingRule: { replicaCount: 100 },
          }),
        ),
      ),
    );
    ({ name: sweep } = await cluster.api.createSweep({ displayName: "a grid", runs: grid }, ""));
    for await (const watched of cluster.api.watchSweep(sweep)) {
      if (hasEnded(stateOf(watched))) break;
    }
  });

  after(async () => {
    await cluster[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  /** Runs `lyapunov runs …`, which must succeed. */
  async function runs(...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    const ended = await runHere(["runs", ...args, "--coordinator", cluster.address]);
    assert.equal(ended.code, 0, ended.stderr);
    return ended;
  }

  it("draws how the estimate came about, up to the estimate", async () => {
    const path = join(folder, "convergence.svg");
    const { stdout, stderr } = await runs("plot", run.name, "--output", path);
    assert.deepEqual([stdout, stderr], ["", `written: ${path}\n`]);
    const points = labels(await readFile(path, "utf8"), "point");
    assert.deepEqual(
      points,
      run.convergence.map(({ replicaCount, lyapunovExponent }) => [
        Number(replicaCount),
        rounded(lyapunovExponent?.estimate),
      ]),
    );
    assert.equal(points.length, run.shardCount);
    assert.deepEqual(points.at(-1), [14000, rounded(run.lyapunovExponent?.estimate)]);
  });

  it("draws the same of a run that an earlier coordinator has finished", async () => {
    const before = await runs("plot", run.name);
    await cluster.replaceCoordinator(ledger());
    assert.deepEqual(await runs("plot", run.name), before);
  });

  it("draws depths and fluctuations as the run says them, as SVG on standard output", async () => {
    const depth = await runs("plot", run.name, "--kind", "depth");
    assert.match(depth.stdout, /^<svg [\s\S]*<\/svg>\n$/);
    assert.equal(depth.stderr, "");
    assert.deepEqual(
      labels(depth.stdout, "point"),
      run.checkpoints.map((at) => [at.depth, rounded((at.mean ?? NaN) / at.depth)]),
    );
    const fluctuations = await runs("plot", run.name, "--kind", "fluctuations");
    const { histogram } = run.checkpoints.at(-1) ?? {};
    assert.ok(histogram);
    const { binWidth, binIndexes, binCounts } = histogram;
    assert.deepEqual(
      labels(fluctuations.stdout, "rect mark").map(([from, density]) => [from, density]),
      binCounts.map((count, i) => [
        rounded(Number(binIndexes[i]) * binWidth),
        rounded(Number(count) / (14000 * binWidth)),
      ]),
    );
    assert.equal(
      binCounts.reduce((sum, count) => sum + Number(count), 0),
      14000,
    );
  });

  it("draws a sweep's phases", async () => {
    const { stdout } = await runs("plot", sweep);
    const { runs: some } = await cluster.api.getSweep(sweep);
    assert.deepEqual(
      labels(stdout, "rect mark").map((numbers) => numbers.at(-1)),
      some.map(({ lyapunovExponent }) => rounded(lyapunovExponent?.estimate)),
    );
    assert.match(stdout, /critical gain, exact/);
    const estimates = await runs("plot", sweep, "--kind", "estimates");
    assert.equal(labels(estimates.stdout, "point").length, some.length);
  });

  needing("bsdutils").it("draws with characters on a terminal, as wide as that is", async () => {
    const command = `${process.execPath} ${COMMAND} runs plot ${run.name} --coordinator ${cluster.address}`;
    const line = `stty cols 101 rows 50; ${command}`;
    await using started = new Started("script", ["-qec", line, "/dev/null"], { cwd: ROOT });
    const { code, stdout } = await started.ended;
    assert.equal(code, 0, stdout);
    const lines = stdout.replaceAll("\r", "").trimEnd().split("\n");
    assert.match(String(lines[0]), /^Convergence: gaussian 4×2000/);
    assert.equal(Math.max(...lines.map(({ length }) => length)), 101);
    assert.doesNotMatch(stdout, /<svg/);
    const piped = await runs("plot", run.name, "--text");
    assert.equal(Math.max(...piped.stdout.split("\n").map(({ length }) => length)), 80);
  });

  it("exports a sweep in three formats that say the same, with its runs' checkpoints", async () => {
    const paths = ["csv", "json", "parquet"].map((format) => join(folder, `sweep.${format}`));
    for (const path of paths) await runs("export", sweep, "--output", path);
    const [csv = "", json = "", parquet = ""] = paths;
    const rows = JSON.parse(await readFile(json, "utf8")) as Record<string, unknown>[];
    const { runs: some } = await cluster.api.getSweep(sweep);
    // 1, 2, 4, 8, 16 and 20.
    assert.equal(rows.length, some.length * 6);
    const last = rows.filter((row) => row["checkpoint_depth"] === row["depth"]);
    assert.deepEqual(
      last.map((row) => [row["name"], row["lyapunov_exponent_estimate"], row["exact_variance"]]),
      some.map(({ name, lyapunovExponent, exact }) => [
        name,
        lyapunovExponent?.estimate,
        exact?.variance,
      ]),
    );
    const { buffer } = Uint8Array.from(await readFile(parquet));
    const read: Record<string, unknown>[] = await parquetReadObjects({ file: buffer });
    assert.deepEqual(
      read.map((row) => [row["name"], Number(row["checkpoint_depth"]), row["checkpoint_mean"]]),
      rows.map((row) => [row["name"], row["checkpoint_depth"], row["checkpoint_mean"]]),
    );
    const [header, ...records] = (await readFile(csv, "utf8")).trimEnd().split("\r\n");
    const place = header?.split(",").indexOf("checkpoint_variance") ?? -1;
    assert.deepEqual(
      records.map((record) => Number(record.split(",")[place])),
      rows.map((row) => row["checkpoint_variance"]),
    );
  });

  it("exports to standard output, and nothing else there", async () => {
    const { stdout, stderr } = await runs("export", run.name, "--format", "json");
    assert.equal(stderr, "");
    const rows = JSON.parse(stdout) as Record<string, unknown>[];
    assert.deepEqual(
      rows.map((row) => row["checkpoint_mean"]),
      run.checkpoints.map(({ mean }) => mean),
    );
    assert.match((await runs("export", run.name)).stdout, /^name,state,.*\r\nruns\/.*\r\n$/s);
  });

  it("says in a sentence what is wrong, and writes nothing", async () => {
    const svgFolder = join(folder, "folder.svg");
    await mkdir(svgFolder);
    const refusals: readonly (readonly [args: string[], code: number, complaint: RegExp])[] = [
      [["plot", "runs/none"], 1, /'runs\/none' is unknown; see .* 'lyapunov runs list'/],
      [["export", "sweeps/none"], 1, /'sweeps\/none' is unknown; see .* 'lyapunov sweeps list'/],
      [["plot", run.name, "--kind", "pie"], 2, /--kind: 'pie' .* convergence, depth/],
      [["plot", run.name, "--kind", "phases"], 2, /--kind: 'phases' is not a picture of a run/],
      [["plot", sweep, "--kind", "depth"], 2, /--kind: 'depth' is not a picture of a sweep/],
      [["plot", run.name, "--output", "a.png"], 2, /--output: 'a\.png' does not end in \.svg/],
      [["plot", run.name, "--output", "/none/a.svg"], 2, /--output: '\/none\/a\.svg' cannot be/],
      [["plot", run.name, "--output", svgFolder], 2, /folder\.svg' cannot be written \(it is a/],
      [["plot", run.name, "--text", "--output", "a.svg"], 2, /--text.*--output/],
      [["export", run.name, "--format", "xml"], 2, /--format: 'xml' .* csv, json, parquet/],
      [["export", run.name, "--output", "a.txt"], 2, /--output: 'a\.txt' does not end in \.csv/],
      [["export", run.name, "--output", "/none/a.csv"], 2, /--output: '\/none\/a\.csv' cannot be/],
    ];
    for (const [args, code, complaint] of refusals) {
      const ended = await runHere(["runs", ...args, "--coordinator", cluster.address]);
      assert.deepEqual([ended.code, ended.stdout], [code, ""], args.join(" "));
      assert.match(ended.stderr, complaint);
      assert.match(ended.stderr, /^lyapunov: [^\n]*\n$/);
    }
  });
});

/** The numbers in the labels of all marks of a kind. */
function labels(svg: string, kind: string): number[][] {
  const pattern = new RegExp(
    `aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="${kind}"`,
    "g",
  );
  return [...svg.matchAll(pattern)].map(([, label = ""]) =>
    label.split("; ").map((part) => Number(part.split(": ")[1]?.replace("−", "-"))),
  );
}

function rounded(value: number | undefined): number {
  return Number(value?.toPrecision(LABEL_DIGITS));
}
