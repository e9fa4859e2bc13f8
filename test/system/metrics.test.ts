import assert from "node:assert/strict";

import { needing } from "../support/tiers/tiers.ts";
import { startCommand } from "./support/command.ts";
import { Cluster } from "./support/cluster.ts";
import { answerToHosts, statusByName } from "./support/hostHeader.ts";
import { runTool } from "./support/tools.ts";

const METRICS = ["--metrics", "127.0.0.1:0"];
const PLACE = /metrics at (http:\S+)\/metrics/;
const WHOLE_RUN = "--width 16 --depth 20 --replicas 4096 --backend simd".split(" ");

async function get(url: string): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(url);
  return { status: response.status, body: await response.text() };
}

/** The value of a sample as it is printed, labels included; undefined if there is none. */
function valueOf(text: string, sample: string): number | undefined {
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.slice(sample.length + 1));
}

async function accepted(text: string): Promise<void> {
  const script = 'printf %s "$1" | promtool check metrics';
  const { stdout, stderr } = await runTool("sh", ["-c", script, "sh", text], "prometheus");
  // prom-client's own gauges of Node's handles, requests and resources end in _total.
  const complaints = `${stdout}${stderr}`.split("\n").filter((line) => line !== "");
  assert.deepEqual(
    complaints.filter((line) => !/^nodejs_active_(handles|requests|resources)_total /.test(line)),
    [],
  );
}

describe("metrics", () => {
  const told: string[] = [];

  it("tell of a run what the answer says, on the coordinator and on its worker", async () => {
    await using cluster = await Cluster.start(0, 1, METRICS);
    const worker = await cluster.addWorker(1, METRICS);
    const [, coordinatorPlace] = await cluster.coordinator.said(
      /"metrics": "(http:\S+)\/metrics"/,
      "stdout",
    );
    const [, workerPlace] = await worker.said(PLACE);
    const run = await cluster.run(WHOLE_RUN);
    const { body: text } = await get(`${coordinatorPlace}/metrics`);
    const { body: own } = await get(`${workerPlace}/metrics`);
    const labels = '{backend="simd",weights="gaussian"}';
    for (const [metrics, prefix] of [
      [text, "lyapunov_"],
      [own, "lyapunov_worker_"],
    ] as const) {
      const replicas = Number(run.replicaCount);
      assert.equal(valueOf(metrics, `${prefix}replicas_total${labels}`), replicas);
      assert.equal(valueOf(metrics, `${prefix}layers_total${labels}`), replicas * 20);
      assert.equal(valueOf(metrics, `${prefix}weights_total${labels}`), replicas * 20 * 256);
      told.push(metrics);
    }
    assert.equal(valueOf(text, 'lyapunov_partials_total{outcome="accepted"}'), run.shardCount);
    assert.equal(valueOf(text, "lyapunov_ledger_partials_total"), run.shardCount);
    assert.equal(valueOf(text, 'lyapunov_runs_ended_total{state="succeeded"}'), 1);
    assert.equal(valueOf(text, 'lyapunov_workers{state="present"}'), 1);
    assert.equal(valueOf(text, "lyapunov_leader"), 1);
    assert.equal(valueOf(own, 'lyapunov_worker_shards_total{outcome="computed"}'), run.shardCount);
    assert.equal(valueOf(own, "lyapunov_worker_connected"), 1);
    assert.equal(valueOf(own, "lyapunov_gpu_active"), 0);
    assert.equal((await get(`${coordinatorPlace}/readyz`)).status, 200);
    assert.equal((await get(`${workerPlace}/readyz`)).status, 200);
    assert.equal((await get(`${workerPlace}/nothing`)).status, 404);
    assert.equal(await statusByName(`${workerPlace}/metrics`, "localhost"), 200);
    assert.equal(await statusByName(`${workerPlace}/metrics`, "elsewhere.example"), 421);
    const twice = ["127.0.0.1", "elsewhere.example"];
    assert.match(await answerToHosts(workerPlace ?? "", "/metrics", twice), /^HTTP\/1.1 400 /);
  });

  needing("prometheus").it("are as promtool would have them", async () => {
    assert.equal(told.length, 2);
    for (const text of told) await accepted(text);
  });

  it("of a worker without a coordinator say that it is alive, and not ready", async () => {
    await using worker = startCommand([
      ..."--log-level info work --coordinator 127.0.0.1:1 --threads 1".split(" "),
      ...METRICS,
    ]);
    const [, place] = await worker.said(PLACE);
    assert.equal((await get(`${place}/healthz`)).status, 200);
    assert.equal((await get(`${place}/readyz`)).status, 503);
  });
});
