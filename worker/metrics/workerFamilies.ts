import { byLabel, type Family } from "../../shared/metrics/families.ts";
import type { Agent } from "../agent/agent.ts";

/** A worker at one moment. */
export interface WorkerNow {
  readonly agent: Pick<Agent, "isConnected" | "queuedCount" | "unacknowledgedCount">;
  readonly threads: number;
  readonly busyThreads: number;
  /** Mean number of busy threads since the scrape before. */
  readonly meanBusyThreads: number;
}

export const WORKER_FAMILIES: readonly Family<WorkerNow>[] = [
  {
    kind: "gauge",
    name: "lyapunov_worker_threads",
    help: "Threads that propagate a shard, and that have none.",
    labels: ["state"],
    samples: ({ threads, busyThreads }) =>
      byLabel("state", { busy: busyThreads, idle: Math.max(0, threads - busyThreads) }),
  },
  gauge(
    "lyapunov_worker_utilization_ratio",
    "Busy threads of all threads, on average since the scrape before.",
    ({ meanBusyThreads, threads }) => meanBusyThreads / threads,
  ),
  gauge(
    "lyapunov_worker_shards_queued",
    "Leased shards that wait for a thread.",
    ({ agent }) => agent.queuedCount,
  ),
  gauge(
    "lyapunov_worker_unacknowledged_results",
    "Results of which the coordinator has not said yet that they are durable.",
    ({ agent }) => agent.unacknowledgedCount,
  ),
  gauge(
    "lyapunov_worker_connected",
    "1: a coordinator has let the worker in; 0: it looks for one.",
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
