import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  type Dashboard,
  type Panel,
} from "@grafana/grafana-foundation-sdk/dashboard";

import { DATA_SOURCE } from "./panels.ts";

/** A panel before it is numbered. */
interface UnnumberedPanel extends Builder<Panel> {
  id(id: number): this;
}

/** Panels under a heading. */
interface Section {
  readonly title: string;
  readonly panels: readonly UnnumberedPanel[];
}

/** A list above the panels that offers the values of a label to choose from. */
export interface Choice {
  /** Name of the variable, which queries use as `$name`. */
  readonly name: string;
  readonly title: string;
  readonly label: string;
  /** A metric that has the label with all values on offer. */
  readonly metric: string;
}

interface DashboardText {
  /** Identity of the dashboard, which never changes: alerts and bookmarks hold it. */
  readonly uid: string;
  readonly title: string;
  /** The one question that the dashboard answers. */
  readonly question: string;
  readonly choices: readonly Choice[];
  readonly sections: readonly Section[];
}

const TAG = "lyapunov";

/**
 * A dashboard of Grafana's classic schema, which all its versions read from files.
 * Panels are numbered in their order, from 1: alerts name them by that number.
 */
export function dashboard(text: DashboardText): Dashboard {
  const builder = new DashboardBuilder(`Lyapunov: ${text.title}`)
    .uid(text.uid)
    .description(text.question)
    .tags([TAG])
    .refresh("10s")
    .time({ from: "now-30m", to: "now" })
    .timezone("browser")
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .link(otherDashboards())
    .annotation(firingAlerts())
    .withVariable(
      new DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus"),
    );
  for (const choice of text.choices) builder.withVariable(chooser(choice));
  let panels = 0;
  for (const [index, section] of text.sections.entries()) {
    // Far from the panels' numbers, so that a new heading moves none of them.
    builder.withRow(new RowBuilder(section.title).id(1000 + index));
    for (const panel of section.panels) {
      panels += 1;
      builder.withPanel(panel.id(panels));
    }
  }
  return builder.build();
}

function chooser({ name, title, label, metric }: Choice): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(title)
    .datasource(DATA_SOURCE)
    .query(`label_values(${metric}, ${label})`)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue(".*")
    .current({ text: "All", value: "$__all" });
}

function otherDashboards(): DashboardLinkBuilder {
  return new DashboardLinkBuilder("Lyapunov dashboards")
    .type(DashboardLinkType.Dashboards)
    .tags([TAG])
    .keepTime(true);
}

function firingAlerts(): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name("Alerts")
    .datasource(DATA_SOURCE)
    .enable(true)
    .iconColor("red")
    .expr('ALERTS{alertname=~"Lyapunov.*", alertstate="firing"}')
    .titleFormat("{{alertname}}")
    .textFormat("{{run}} {{instance}}")
    .step("15s");
}
