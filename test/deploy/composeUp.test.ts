import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { stringify } from "yaml";

import { freePort } from "../support/ports.ts";
import { needing } from "../support/tiers/tiers.ts";
import type { RunJson } from "../system/support/cluster.ts";
import { jsonHere, ROOT } from "../system/support/command.ts";
import { answerOf } from "../system/support/estimates.ts";
import { eventually } from "../system/support/prometheus.ts";
import { runTool } from "../system/support/tools.ts";
import { BASE, BUILD_MILLISECONDS, CPU_IMAGE, sharedImages } from "./support/images.ts";
import type { Podman } from "./support/podman.ts";

const FILES = ["compose.yaml", "compose.gpu.yaml"].map((file) => `${ROOT}deploy/${file}`);
const RUN = "run --width 16 --depth 50 --replicas 20000".split(" ");

/** Debian's Prometheus in place of its public image, with what that image's command line says. */
const PROMETHEUS = {
  image: BASE,
  entrypoint: ["/usr/bin/prometheus"],
  command: ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"],
  volumes: ["/usr/bin/prometheus:/usr/bin/prometheus:ro"],
};

/** Grafana is left out: Debian has no package of it. Its dashboards have tests of their own. */
const STARTED = ["worker", "prometheus"];

needing("podman-compose", "prometheus").describe("The compose file, started", function all() {
  this.timeout(BUILD_MILLISECONDS);
  let podman: Podman;
  let ports: Readonly<Record<string, string>>;
  before(async () => {
    podman = await sharedImages();
    const names = ["LYAPUNOV_PORT", "LYAPUNOV_PAGE_PORT", "PROMETHEUS_PORT", "GRAFANA_PORT"];
    const free = await Promise.all(names.map(freePort));
    ports = Object.fromEntries(names.map((name, index) => [name, String(free[index])]));
    const override = join(podman.folder, "compose.override.yaml");
    const ours = { image: CPU_IMAGE };
    const services = { coordinator: ours, worker: ours, prometheus: PROMETHEUS };
    await writeFile(override, stringify({ services }));
    await compose([String(FILES[0]), override], "up", "--detach", "--no-build", ...STARTED);
  });
  after(async () => {
    await podman.clear();
  });

  it("computes what it is sent, to the bits of the embedded cluster", async () => {
    const address = `127.0.0.1:${ports["LYAPUNOV_PORT"]}`;
    const computed = await jsonHere<RunJson>([...RUN, "--coordinator", address]);
    assert.equal(answerOf(computed), answerOf(await jsonHere<RunJson>(RUN)));
  });

  it("serves its page", async () => {
    const page = await fetch(`http://127.0.0.1:${ports["LYAPUNOV_PAGE_PORT"]}/`);
    assert.match(await page.text(), /<title>/);
  });

  it("has Prometheus find and scrape the coordinator and both workers", async () => {
    assert.ok(await eventually(async () => (await query('up{job="worker"} == 1')).length === 2));
    assert.ok(
      await eventually(async () => (await query('up{job="coordinator"} == 1')).length === 1),
    );
    const counted = "sum(lyapunov_replicas_total) >= 20000";
    assert.ok(await eventually(async () => (await query(counted)).length === 1));
  });

  it("would build the NVIDIA image and start one worker with it, with the override for GPUs", async () => {
    const plan = await compose(FILES, "--dry-run", "up", "--detach", "--build", "worker");
    assert.match(plan, /^podman build .*-t lyapunov-cluster:nvidia .*--target nvidia/m);
    assert.match(plan, /^podman run --name=\w+_worker_1 .*lyapunov-cluster:nvidia work /m);
    assert.doesNotMatch(plan, /_worker_2/);
  });

  async function compose(files: readonly string[], ...args: readonly string[]): Promise<string> {
    const flags = ["--project-name=composed", ...files.map((file) => `--file=${file}`)];
    const options = { env: { ...podman.environment, ...ports } };
    const { code, stdout, stderr } = await runTool(
      "podman-compose",
      [...flags, ...args],
      "podman-compose",
      options,
    );
    assert.equal(code, 0, `${stdout}${stderr}`);
    return stdout;
  }

  /** The values of an expression, as Prometheus's API has them. */
  async function query(expression: string): Promise<readonly string[]> {
    const parameters = new URLSearchParams({ query: expression }).toString();
    const address = `http://127.0.0.1:${ports["PROMETHEUS_PORT"]}`;
    const answer = await fetch(`${address}/api/v1/query?${parameters}`).catch(() => undefined);
    if (answer?.ok !== true) return [];
    const { data } = (await answer.json()) as {
      data: { result: readonly { value: readonly [number, string] }[] };
    };
    return data.result.map(({ value: [, text] }) => text);
  }
});
