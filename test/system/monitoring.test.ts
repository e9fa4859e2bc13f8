import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { stateOf } from "../../shared/wire/runStates.ts";
import { freePort } from "../support/ports.ts";
import { documentedMetrics } from "../deploy/support/documentedMetrics.ts";
import { committedDashboards, panelsOf, type PanelQuery } from "../deploy/support/panels.ts";
import { needing } from "../support/tiers/tiers.ts";
import { Cluster } from "./support/cluster.ts";
import { startCommand } from "./support/command.ts";
import type { Started } from "./support/processes.ts";
import { eventually, Prometheus, type Series } from "./support/prometheus.ts";

/** A run that ends at once, one with a target that is far away, and one that takes its time. */
const SWEEP = `
name: something to look at
defaults: { depth: 20, weights: gaussian, gain: he }
grids:
  - { width: 4, replicas: 1024 }
  - { width: 6, precision: 1.0e-7 }
  - { width: 8, sampling: dense, replicas: 4000000000 }
`;

needing("prometheus").describe("Prometheus, Grafana's queries and a cluster at work", () => {
  let folder: string;
  let cluster: Cluster;
  let sweep: Started;
  let prometheus: Prometheus;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lyapunov-monitoring-"));
    const [coordinator, ...workers] = await Promise.all(
      Array.from({ length: 3 }, async () => `127.0.0.1:${await freePort()}`),
    );
    cluster = await Cluster.start(0, 0, ["--metrics", String(coordinator)]);
    for (const address of workers) await cluster.addWorker(1, ["--metrics", address]);
    const file = join(folder, "sweep.yaml");
    await writeFile(file, SWEEP);
    prometheus = await Prometheus.start({ coordinators: [String(coordinator)], workers });
    sweep = startCommand(["--quiet", "sweep", file, "--coordinator", cluster.address]);
  });
  after(async () => {
    await prometheus[Symbol.asyncDispose]();
    await sweep[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it("finds all three", async () => {
    const found = await eventually(async () => {
      const up = (await prometheus.query("up")).filter(({ values }) => values[0] === "1");
      const jobs = up.map(({ metric }) => String(metric["job"])).toSorted();
      return jobs.join() === "coordinator,worker,worker";
    });
    assert.ok(found, JSON.stringify(await prometheus.query("up")));
  });

  for (const dashboard of committedDashboards()) {
    it(`has data for every query of every panel of ${dashboard.title}`, async () => {
      const silent = new Map<string, PanelQuery>();
      for (const { title, targets } of panelsOf(dashboard)) {
        for (const target of targets) silent.set(`${title}: ${target.expr}`, target);
      }
      await eventually(async () => {
        // A client that calls, so that there are calls to see.
        await cluster.api.listRuns(10, "");
        for (const [name, query] of silent) {
          if ((await answer(query)).some(hasNumber)) silent.delete(name);
        }
        return silent.size === 0;
      });
      assert.deepEqual([...silent.keys()], []);
    });

    it(`has choices for every variable of ${dashboard.title}`, async () => {
      for (const { query } of dashboard.templating.list) {
        const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(query) ?? [];
        if (metric === undefined || label === undefined) continue;
        assert.notDeepEqual(await prometheus.labelValues(metric, label), [], query);
      }
    });
  }

  it("has the metrics of docs/monitoring.md, with their labels, and no others", async () => {
    const documented = await documentedMetrics();
    const told = await prometheus.metadata("lyapunov_");
    const named = documented.map(({ name, kind, help }) => [name, { type: kind, help }]);
    assert.deepEqual(told, Object.fromEntries(named));
    for (const { name, kind, labels } of documented) {
      const series = kind === "histogram" ? `${name}_count` : name;
      const found = await prometheus.labelsOf(series);
      assert.deepEqual(found, ["instance", "job", ...labels].toSorted(), name);
    }
  });

  it("shows the estimates that gRPC gives", async () => {
    const { runs } = await cluster.api.listRuns(10, "");
    const names = runs.filter((run) => stateOf(run) === "RUNNING").map(({ name }) => name);
    const shown = await prometheus.query("lyapunov_run_lyapunov_exponent_exact");
    assert.deepEqual(shown.map(({ metric }) => String(metric["run"])).toSorted(), names.toSorted());
    for (const { metric, values } of shown) {
      const run = runs.find(({ name }) => name === metric["run"]);
      assert.equal(Number(values[0]), run?.exact?.lyapunovExponent);
    }
  });

  it("has rules that can all be computed, and nothing to alert of", async () => {
    const { groups } = await prometheus.get<{
      groups: readonly { rules: readonly { name: string; health: string }[] }[];
    }>("rules");
    const sick = groups.flatMap(({ rules }) => rules).filter(({ health }) => health !== "ok");
    assert.deepEqual(sick, []);
    assert.deepEqual(await prometheus.query('ALERTS{alertstate="firing"}'), []);
  });

  /** Asks a query as Grafana does, with everything chosen. */
  async function answer({ expr, instant }: PanelQuery): Promise<readonly Series[]> {
    const query = expr.replaceAll("$__rate_interval", "20s").replaceAll(/\$\w+/g, ".*");
    return instant === true ? prometheus.query(query) : prometheus.queryRange(query);
  }
});

function hasNumber({ values }: Series): boolean {
  return values.some((value) => Number.isFinite(Number(value)));
}
