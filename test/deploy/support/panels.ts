import { readFileSync } from "node:fs";

import { DASHBOARDS } from "../../../deploy/grafana/source/dashboards.ts";

export const DASHBOARD_FOLDER = new URL("../../../deploy/grafana/dashboards/", import.meta.url);

/** A query of a panel, as the committed JSON has it. */
export interface PanelQuery {
  readonly refId: string;
  readonly expr: string;
  readonly instant?: boolean;
  readonly legendFormat?: string;
}

/** The parts of a panel of the committed JSON that tests look at; rows are no panels. */
export interface CommittedPanel {
  readonly type: string;
  readonly id: number;
  readonly title: string;
  readonly description?: string;
  readonly repeat?: string;
  readonly datasource: { readonly uid: string };
  readonly fieldConfig: { readonly defaults: { readonly unit?: string } };
  readonly targets: readonly PanelQuery[];
}

export interface CommittedDashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly panels: readonly CommittedPanel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: string }[];
  };
}

/** The dashboards as they are committed and provisioned, not as they would be generated. */
export function committedDashboards(): readonly CommittedDashboard[] {
  return Object.keys(DASHBOARDS).map((file) => {
    const text = readFileSync(new URL(file, DASHBOARD_FOLDER), "utf8");
    return JSON.parse(text) as CommittedDashboard;
  });
}

export function panelsOf(dashboard: CommittedDashboard): readonly CommittedPanel[] {
  return dashboard.panels.filter(({ type }) => type !== "row");
}
