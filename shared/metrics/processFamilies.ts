import { collectDefaultMetrics, Gauge, type Registry } from "prom-client";

import { VERSION } from "../wire/version.ts";
import { EVENT_LOOP_SAMPLE_MILLISECONDS } from "./eventLoop.ts";

/** Registers Node's own metrics and the build of this process. */
export function registerProcess(registry: Registry, role: "coordinator" | "worker"): void {
  collectDefaultMetrics({
    register: registry,
    eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLE_MILLISECONDS,
  });
  const build = new Gauge({
    name: "lyapunov_build_info",
    help: "Version and role of this process; always 1.",
    labelNames: ["version", "node_version", "role"],
    registers: [registry],
  });
  build.set({ version: VERSION, node_version: process.version, role }, 1);
}
