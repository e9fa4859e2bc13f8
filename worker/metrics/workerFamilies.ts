import { byLabel, type Family } from "../../shared/metrics/families.ts";
import type { Agent } from "../agent/agent.ts";
import type { DeviceAtWork } from "../agent/deviceAtWork.ts";

/** A device at one moment. */
export type DeviceNow = Pick<DeviceAtWork, "description" | "slotCount" | "hasFailed" | "pace">;

/** A worker at one moment. */
export interface WorkerNow {
  readonly agent: Pick<Agent, "isConnected" | "queuedCount" | "unacknowledgedCount"> & {
    readonly devices: readonly DeviceNow[];
  };
  /** Slots of all devices that work. */
  readonly threads: number;
  readonly busyThreads: number;
  /** Mean number of busy threads since the scrape before. */
  readonly meanBusyThreads: number;
}

export const WORKER_FAMILIES: readonly Family<WorkerNow>[] = [
  {
    kind: "gauge",
    name: "lyapunov_worker_threads",
    help: "Threads of all devices by state: computing a shard, or idle.",
    labels: ["state"],
    samples: ({ threads, busyThreads }) =>
      byLabel("state", { busy: busyThreads, idle: Math.max(0, threads - busyThreads) }),
  },
  gauge(
    "lyapunov_worker_utilization_ratio",
    "Average share of busy threads since the previous scrape.",
    ({ meanBusyThreads, threads }) => meanBusyThreads / threads,
  ),
  {
    kind: "gauge",
    name: "lyapunov_worker_devices",
    help: "Devices that compute, and devices left out because they cannot start.",
    labels: ["state"],
    samples: ({ agent: { devices } }) => {
      const failed = devices.filter(({ hasFailed }) => hasFailed).length;
      return byLabel("state", { working: devices.length - failed, failed });
    },
  },
  {
    kind: "gauge",
    name: "lyapunov_worker_device_shard_seconds",
    help: "Mean time that a device takes for a shard, over about the last ten.",
    labels: ["device", "description", "backend"],
    samples: ({ agent: { devices } }) =>
      devices.flatMap(({ description, pace }, index) =>
        [...pace.seconds].map(([backend, value]) => ({
          labels: { device: String(index), description, backend },
          value,
        })),
      ),
  },
  gauge(
    "lyapunov_worker_shards_queued",
    "Leased shards that wait for a thread.",
    ({ agent }) => agent.queuedCount,
  ),
  gauge(
    "lyapunov_worker_unacknowledged_results",
    "Results that the coordinator has not acknowledged as durable yet.",
    ({ agent }) => agent.unacknowledgedCount,
  ),
  gauge(
    "lyapunov_worker_connected",
    "1: the worker has joined a coordinator; 0: it is looking for one.",
    ({ agent }) => (agent.isConnected ? 1 : 0),
  ),
  gauge(
    "lyapunov_gpu_active",
    "1: a GPU propagates; 0: none does, or no backend has one.",
    () => 0,
  ),
];

function gauge(name: string, help: string, valueOf: (now: WorkerNow) => number): Family<WorkerNow> {
  return { kind: "gauge", name, help, samples: (now) => [{ value: valueOf(now) }] };
}
