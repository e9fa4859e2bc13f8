import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";

import { clusterDashboard } from "./cluster.ts";
import { ledgerDashboard } from "./ledger.ts";
import { runsDashboard } from "./runs.ts";
import { workersDashboard } from "./workers.ts";

/** All dashboards by the names of their files, from general to particular. */
export const DASHBOARDS: Readonly<Record<string, Dashboard>> = {
  "cluster.json": clusterDashboard(),
  "runs.json": runsDashboard(),
  "workers.json": workersDashboard(),
  "ledger.json": ledgerDashboard(),
};

/** The text of a dashboard's file. */
export function dashboardText(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, undefined, 2)}\n`;
}
