import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";

import { parse } from "yaml";

import { needing } from "../support/tiers/tiers.ts";
import { ROOT } from "../system/support/command.ts";
import { runTool } from "../system/support/tools.ts";
import { committedDashboards, panelsOf } from "./support/panels.ts";

const FOLDER = `${ROOT}deploy/prometheus/`;

type Annotation = "summary" | "description" | "dashboard" | "runbook";

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly annotations?: Readonly<Partial<Record<Annotation, string>>>;
}

describe("Prometheus's configuration", () => {
  let rules: readonly Rule[];
  before(async () => {
    rules = (await Promise.all(["recording.yaml", "alerts.yaml"].map(rulesOf))).flat();
  });

  needing("prometheus").it("is accepted by promtool, rules and all", async () => {
    await promtool("check", "config", `${FOLDER}prometheus.yml`);
  });

  needing("prometheus").it("fires each alert when it should, and only then", async () => {
    const files = (await readdir(`${FOLDER}tests`)).map((file) => `${FOLDER}tests/${file}`);
    await promtool("test", "rules", ...files);
    const tests = (await Promise.all(files.map((file) => readFile(file, "utf8")))).join();
    for (const { alert } of alerts()) {
      // Promtool does not mention alerts that no test names.
      const cases = tests.split(`alertname: ${alert}\n`).slice(1);
      const firing = cases.filter((text) => /^\s*eval_time: \w+\n\s*exp_alerts:\n/.test(text));
      assert.ok(firing.length > 0, `${alert} is not seen to fire`);
      assert.ok(firing.length < cases.length, `${alert} is not seen to be silent`);
    }
  });

  it("says for each alert what to do, in a sentence and in the runbook", async () => {
    const headings = (await readFile(`${ROOT}docs/monitoring.md`, "utf8"))
      .matchAll(/^#+ (.+)$/gm)
      .map(([, heading]) => String(heading).toLowerCase());
    const anchors = new Set(headings);
    for (const { alert, annotations } of alerts()) {
      assert.match(annotations.summary ?? "", /\.$/, alert);
      assert.match(annotations.description ?? "", /\.$/, alert);
      const [file, anchor] = String(annotations.runbook).split("#");
      assert.equal(file, "docs/monitoring.md");
      assert.ok(anchors.has(String(anchor)), `${alert} has no part in docs/monitoring.md`);
    }
  });

  it("links each alert to a panel that shows what it is about", () => {
    for (const { alert, expr, annotations } of alerts()) {
      const link = new URL(String(annotations.dashboard));
      const uid = link.pathname.replace("/d/", "");
      const dashboard = committedDashboards().find((each) => each.uid === uid);
      assert.ok(dashboard, `${alert}: there is no dashboard ${uid}`);
      const id = Number(link.searchParams.get("viewPanel"));
      const panel = panelsOf(dashboard).find((each) => each.id === id);
      const shown = metricsIn(panel?.targets.map((query) => query.expr).join() ?? "");
      assert.ok(
        metricsIn(expr).some((metric) => shown.some((each) => metric.startsWith(each))),
        `${alert} links '${panel?.title}', which shows none of its metrics`,
      );
    }
  });

  it("records nothing that nobody reads", () => {
    const readers = [
      ...committedDashboards().flatMap((dashboard) =>
        panelsOf(dashboard).flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      ),
      ...alerts().map(({ expr }) => expr),
    ].join();
    for (const { record } of rules) {
      if (record !== undefined) assert.ok(readers.includes(record), record);
    }
  });

  function alerts(): readonly Required<Rule>[] {
    return rules.filter((rule) => rule.alert !== undefined) as readonly Required<Rule>[];
  }
});

async function rulesOf(file: string): Promise<readonly Rule[]> {
  const text = await readFile(`${FOLDER}rules/${file}`, "utf8");
  const { groups } = parse(text) as { groups: readonly { rules: readonly Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** The metrics of an expression, also those that a recording rule names after. */
function metricsIn(expression: string): readonly string[] {
  return expression.match(/lyapunov_[a-z_]+/g) ?? [];
}

async function promtool(...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await runTool("promtool", args, "prometheus");
  assert.equal(code, 0, `${stdout}${stderr}`);
}
