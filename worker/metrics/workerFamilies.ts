import type { DeviceBackend } from "../../shared/specification/backends.ts";
import { byLabel, type Family, type Sample } from "../../shared/metrics/families.ts";
import type { Agent } from "../agent/agent.ts";
import type { DeviceAtWork } from "../agent/deviceAtWork.ts";

/** A device at one moment. */
export type DeviceNow = Pick<
  DeviceAtWork,
  "description" | "backends" | "slotCount" | "busyCount" | "hasFailed" | "pace"
> & { readonly pool: Pick<DeviceAtWork["pool"], "lossCount" | "restartCount"> };

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
    "1: a GPU propagates; 0: none does, or a processor plays the part of one.",
    ({ agent: { devices } }) => (devices.some(isActiveGpu) ? 1 : 0),
  ),
  {
    kind: "gauge",
    name: "lyapunov_worker_device_info",
    help: "Always 1; its labels say what each device is, and whether a processor plays its part.",
    labels: ["device", "description", "backend", "driver", "software"],
    samples: (now) =>
      ofBackends(now, ({ name, driver = "none", isSoftware = false }, { description }) => [
        {
          labels: { description, backend: name, driver, software: String(isSoftware) },
          value: 1,
        },
      ]),
  },
  {
    kind: "gauge",
    name: "lyapunov_worker_device_memory_bytes",
    help: "Memory of a device, where it is known; all of the machine for its processor.",
    labels: ["device"],
    samples: ({ agent: { devices } }) =>
      devices.map(({ backends }, device) => ({
        labels: { device: String(device) },
        value: backends.find(({ memoryBytes }) => memoryBytes !== undefined)?.memoryBytes,
      })),
  },
  {
    kind: "gauge",
    name: "lyapunov_worker_device_weights_per_second",
    help:
      "Weights that a device propagates per second with all slots busy: as measured when the worker " +
      "started, and by about the last ten shards.",
    labels: ["device", "backend", "measured"],
    samples: (now) =>
      ofBackends(now, ({ name, weightsPerSecond }, { pace, slotCount }) => {
        const ofSlot = pace.weightsPerSecond.get(name);
        return [
          { labels: { backend: name, measured: "start" }, value: weightsPerSecond },
          {
            labels: { backend: name, measured: "shards" },
            value: ofSlot === undefined ? undefined : ofSlot * slotCount,
          },
        ];
      }),
  },
  deviceCounter(
    "lyapunov_worker_device_losses_total",
    "Processes of a device that died, hung or lost it; the processor's threads have none.",
    ({ pool }) => pool.lossCount ?? 0,
  ),
  deviceCounter(
    "lyapunov_worker_processes_restarted_total",
    "Processes of a device that took another's place, after a loss or since that one was spent.",
    ({ pool }) => pool.restartCount ?? 0,
  ),
];

/** True if a GPU that no processor plays has shards in its slots. */
function isActiveGpu({ backends, busyCount, hasFailed }: DeviceNow): boolean {
  const isGpu = backends.some(({ isGpu: is, isSoftware }) => is === true && isSoftware !== true);
  return isGpu && busyCount > 0 && !hasFailed;
}

/** Samples of each backend of each device, with the device's place among their labels. */
function ofBackends(
  { agent: { devices } }: WorkerNow,
  samples: (backend: DeviceBackend, device: DeviceNow) => readonly Sample[],
): Sample[] {
  return devices.flatMap((device, place) =>
    device.backends
      .flatMap((backend) => samples(backend, device))
      .map(({ labels, value }) => ({ labels: { device: String(place), ...labels }, value })),
  );
}

function deviceCounter(
  name: string,
  help: string,
  countOf: (device: DeviceNow) => number,
): Family<WorkerNow> {
  return {
    kind: "counter",
    name,
    help,
    labels: ["device"],
    samples: ({ agent: { devices } }) =>
      devices.map((device, place) => ({
        labels: { device: String(place) },
        value: countOf(device),
      })),
  };
}

function gauge(name: string, help: string, valueOf: (now: WorkerNow) => number): Family<WorkerNow> {
  return { kind: "gauge", name, help, samples: (now) => [{ value: valueOf(now) }] };
}
