import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import type { Progress__Output } from "../../shared/wire/generated/lyapunov/v1/Progress.ts";
import { VERSION } from "../../shared/wire/version.ts";
import { needing } from "../support/tiers/tiers.ts";
import { Cluster, type RunJson } from "./support/cluster.ts";
import { jsonHere, ROOT } from "./support/command.ts";
import { runHere } from "./support/inProcess.ts";
import { Started } from "./support/processes.ts";
import { PYTHON, PYTHON_PACKAGES, PythonMessages } from "./support/python.ts";

const FOLDER = `${ROOT}examples/python-worker`;
const NETWORK = "--backend reference --width 2 --depth 12 --negative-slope 0.3 --gain 1".split(" ");
/** Runs of a second or two in Python; the last one extinguishes most of its replicas. */
const RUNS = [
  [...NETWORK, "--replicas", "500"],
  [...NETWORK, "--weights", "uniform", "--burn-in", "3", "--replicas", "300"],
  [...NETWORK, "--weights", "rademacher", "--replicas", "300"],
  [
    "--backend",
    "reference",
    ..."--width 2 --depth 12 --negative-slope 0 --replicas 300".split(" "),
  ],
];

/** A run of shards that take Python about a second each. */
const SHORT_SHARDS = (
  "run --quiet --backend reference --width 16 --depth 8 --weights student_t " +
  "--degrees-of-freedom 5 --gain 1"
).split(" ");

/** A worker that shares no line of code with this project, only proto/ and the wire. */
needing(...PYTHON_PACKAGES).describe("a worker in Python", () => {
  let messages: PythonMessages;

  before(async () => {
    messages = await PythonMessages.compile();
  });

  after(async () => {
    await messages[Symbol.asyncDispose]();
  });

  /** Starts the worker; resolves when it has joined. */
  function start(cluster: Cluster, release = VERSION): Started {
    const args = [`${FOLDER}/worker.py`, cluster.address, "--release", release];
    return new Started(PYTHON, args, { env: messages.environment });
  }

  it("gets the known answers, to a few units in the last place", async () => {
    const script = `${ROOT}test/system/support/python_known_answers.py`;
    const answers = `${ROOT}test/shared/random/known-answers.txt`;
    const { stdout } = await messages.run(script, FOLDER, answers);
    const { count, worst } = JSON.parse(stdout) as { count: number; worst: number };
    assert.ok(count > 50 && worst < 1e-14, stdout);
  });

  it("computes whole runs alone: the same replicas as ours, to rounding", async () => {
    await using cluster = await Cluster.start(0, 1);
    await cluster.join(start(cluster));
    for (const args of RUNS) {
      const theirs = await cluster.run(args);
      const ours = await jsonHere<RunJson>(["run", ...args]);
      assert.equal(theirs.state, "SUCCEEDED");
      assert.deepEqual(
        [theirs.replicaCount, theirs.extinctCount],
        [ours.replicaCount, ours.extinctCount],
      );
      for (const [got, expected] of [
        [theirs, ours],
        [theirs.survivors, ours.survivors],
      ]) {
        near(got?.lyapunovExponent?.estimate, expected?.lyapunovExponent?.estimate);
        near(got?.variance?.estimate, expected?.variance?.estimate);
      }
      const [got, expected] = [theirs, ours].map(quantilesOf);
      assert.equal(got?.length, expected?.length);
      for (const [i, value] of (got ?? []).entries()) near(value, expected?.[i]);
    }
  });

  it("delivers on a new stream what a dead coordinator has not acknowledged, and drains", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lyapunov-python-ledger-"));
    const ledger = ["--ledger", join(folder, "ledger.sqlite")];
    await using cluster = await Cluster.start(0, 1, ledger);
    const worker = await cluster.join(start(cluster));
    const submit = async (replicas: number) =>
      runHere([...SHORT_SHARDS, "--replicas", String(replicas), "--coordinator", cluster.address]);
    const finished = submit(1024);
    const first = await cluster.onlyRun();
    await seen(cluster, first, ({ completedShardCount }) => completedShardCount > 0);
    await cluster.replaceCoordinator(ledger);
    const { code, stderr } = await finished;
    assert.equal(code, 0, stderr);

    const long = submit(100_000);
    const second = await otherRun(cluster, first);
    await seen(cluster, second, ({ completedShardCount }) => completedShardCount > 0);
    worker.signal("SIGTERM");
    const left = await worker.ended;
    assert.equal(left.code, 0, left.stderr);
    await seen(cluster, second, ({ leasedShardCount }) => leasedShardCount === 0);
    await cluster.api.cancelRun(second);
    await long;
    await rm(folder, { recursive: true });
  });

  it("stops on what is revoked, and ends when it is dismissed", async () => {
    await using cluster = await Cluster.start(0, 1);
    await cluster.join(start(cluster));
    const long = [...NETWORK, "--depth", "100000", "--replicas", "1000"];
    const cancelled = runHere(["run", ...long, "--coordinator", cluster.address]);
    const run = await cluster.onlyRun();
    await seen(cluster, run, ({ leasedShardCount }) => leasedShardCount > 0);
    await cluster.api.cancelRun(run);
    await cancelled;
    assert.equal((await cluster.run([...NETWORK, "--replicas", "100"])).state, "SUCCEEDED");

    await using other = start(cluster, "0.0.1");
    const { code, stderr } = await other.ended;
    assert.equal(code, 1);
    assert.match(stderr, /dismissed this worker: it is version 0\.0\.1 and the coordinator is/);
  });
});

/** All quantiles of a run, which are of its sketches. */
function quantilesOf({ checkpoints }: RunJson): number[] {
  return checkpoints.flatMap(({ quantiles }) => quantiles.map(({ value }) => value));
}

/** Watches a run until its progress passes. */
async function seen(
  { api }: Cluster,
  run: string,
  passes: (progress: Progress__Output) => boolean,
): Promise<void> {
  for await (const { progress } of api.watchRun(run)) {
    if (progress && passes(progress)) return;
  }
  assert.fail(`${run} has ended`);
}

/** Waits for a run of another name. */
async function otherRun({ api }: Cluster, name: string): Promise<string> {
  for (;;) {
    const { runs } = await api.listRuns(2, "");
    const other = runs.find((run) => run.name !== name);
    if (other !== undefined) return other.name;
    await delay(50);
  }
}

/** Equal to rounding, which moments of hundreds of values may multiply; or both absent. */
function near(got: number | null | undefined, expected: number | null | undefined): void {
  if (typeof got !== "number" || typeof expected !== "number") assert.equal(got, expected);
  else assert.ok(Math.abs(got - expected) <= 1e-12 * Math.abs(expected), `${got} ${expected}`);
}
