import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";

import { DASHBOARDS, dashboardText } from "../../deploy/grafana/source/dashboards.ts";
import { committedDashboards, DASHBOARD_FOLDER, panelsOf } from "./support/panels.ts";

describe("Grafana's dashboards", () => {
  it("are what their source generates", async () => {
    assert.deepEqual(
      (await readdir(DASHBOARD_FOLDER)).toSorted(),
      Object.keys(DASHBOARDS).toSorted(),
    );
    for (const [file, dashboard] of Object.entries(DASHBOARDS)) {
      const committed = await readFile(new URL(file, DASHBOARD_FOLDER), "utf8");
      assert.equal(committed, dashboardText(dashboard), `${file}: npm run generate:dashboards`);
    }
  });

  it("have addresses of their own, and ask one question each", () => {
    const dashboards = committedDashboards();
    assert.equal(new Set(dashboards.map(({ uid }) => uid)).size, dashboards.length);
    for (const { description, title } of dashboards) assert.match(description, /\?$/, title);
  });

  for (const dashboard of committedDashboards()) {
    describe(dashboard.title, () => {
      const panels = panelsOf(dashboard);

      it("numbers its panels in order, because alerts name them so", () => {
        assert.deepEqual(
          panels.map(({ id }) => id),
          panels.map((_, index) => index + 1),
        );
      });

      it("says for each panel what it shows, in what unit, and what its series are", () => {
        for (const { title, description, fieldConfig, targets } of panels) {
          assert.match(description ?? "", /\.$/, title);
          assert.ok(fieldConfig.defaults.unit, title);
          assert.ok(targets.length > 0, title);
          for (const { legendFormat } of targets) assert.ok(legendFormat, title);
        }
      });

      it("asks the chosen Prometheus, about what is chosen above it", () => {
        const choices = new Set(dashboard.templating.list.map(({ name }) => name));
        const used = new Set<string>();
        for (const { datasource, targets } of panels) {
          assert.equal(datasource.uid, "${datasource}");
          for (const { expr } of targets) {
            for (const [, name] of expr.matchAll(/\$(\w+)/g)) used.add(String(name));
          }
        }
        assert.deepEqual(
          used.difference(new Set(["__rate_interval"])),
          choices.difference(new Set(["datasource"])),
        );
      });
    });
  }
});
