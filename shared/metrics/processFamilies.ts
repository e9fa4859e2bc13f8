import { collectDefaultMetrics, Gauge, type Registry } from "prom-client";

import { VERSION } from "../wire/version.ts";
import { EVENT_LOOP_SAMPLE_MILLISECONDS } from "./eventLoop.ts";

/** Has the registry tell what process this is, and how it does. */
export function registerProcess(registry: Registry, role: "coordinator" | "worker"): void {
  collectDefaultMetrics({
    register: registry,
    eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLE_MILLISECONDS,
  });
  const build = new Gauge({
    name: "lyapunov_build_info",
    help: "What runs here; always 1.",
    labelNames: ["version", "node_version", "role"],
    registers: [registry],
  });
  build.set({ version: VERSION, node_version: process.version, role }, 1);
}
