import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";

import { BACKEND, WORKER } from "./choices.ts";
import { dashboard } from "./dashboard.ts";
import { eventLoopDelay } from "./eventLoop.ts";
import { curves, figures, table } from "./panels.ts";

const CHOSEN = '{instance=~"$instance"}';

/** A fact of the fleet's devices, by backend and by what they are. */
function fleetSum(fact: string): string {
  return `sum by (backend, device) (lyapunov_fleet_${fact}{backend=~"$backend"})`;
}

/** Workers: the fleet, then single machines. A whole fleet is shown by its quantiles. */
export function workersDashboard(): Dashboard {
  return dashboard({
    uid: "lyapunov-workers",
    title: "Workers",
    question: "Are the machines there, busy and well?",
    choices: [WORKER, BACKEND],
    sections: [
      {
        title: "The fleet, as the coordinator sees it",
        panels: [
          curves({
            title: "Workers",
            description:
              "Present workers take shards, draining ones finish theirs, and silent ones will " +
              "soon lose their leases.",
            unit: "short",
            width: "half",
            queries: { "{{state}}": "sum by (state) (lyapunov_workers)" },
          }),
          curves({
            title: "Slots",
            description: "Shards that workers can compute at the same time, by backend.",
            unit: "short",
            width: "half",
            queries: {
              "{{backend}}": 'sum by (backend) (lyapunov_worker_slots{backend=~"$backend"})',
            },
          }),
          curves({
            title: "Devices",
            description:
              "Devices of present workers, by what they are: processors, graphics cards, and " +
              "software that plays a card's part. One that has several backends counts for each.",
            unit: "short",
            width: "third",
            queries: { "{{backend}} {{device}}": fleetSum("devices") },
          }),
          curves({
            title: "Measured rate",
            description:
              "Weights a second that the devices drew when their workers started. One that was " +
              "not measured counts as 0.",
            unit: "short",
            width: "third",
            queries: { "{{backend}} {{device}}": fleetSum("weights_per_second") },
          }),
          curves({
            title: "Device memory",
            description: "Memory of the devices that know how much they have.",
            unit: "bytes",
            width: "third",
            queries: { "{{backend}} {{device}}": fleetSum("memory_bytes") },
          }),
        ],
      },
      {
        title: "The fleet, as the workers see it",
        panels: [
          figures({
            title: "Connected",
            description: "Chosen workers that are connected to a coordinator.",
            unit: "short",
            width: "quarter",
            queries: { connected: `sum(lyapunov_worker_connected${CHOSEN})` },
          }),
          figures({
            title: "Threads",
            description: "Threads of the chosen workers.",
            unit: "short",
            width: "quarter",
            queries: { "{{state}}": `sum by (state) (lyapunov_worker_threads${CHOSEN})` },
          }),
          figures({
            title: "Workers on a GPU",
            description:
              "Workers that compute on a graphics card. Nothing falls back to the processor " +
              "silently: a worker that should have one and has none refuses to start.",
            unit: "none",
            width: "quarter",
            queries: { active: `sum(lyapunov_gpu_active${CHOSEN})` },
          }),
          figures({
            title: "Threads replaced",
            description: "Threads that hung, crashed or ran out of memory, in the last hour.",
            unit: "none",
            decimals: 0,
            width: "quarter",
            queries: {
              replaced: `sum(increase(lyapunov_worker_threads_recycled_total${CHOSEN}[1h]))`,
            },
            limits: [1, 10],
          }),
          curves({
            title: "Utilization",
            description:
              "Share of their time in which the threads of a worker compute: the idlest worker, " +
              "the median and the busiest.",
            unit: "percentunit",
            width: "half",
            to: 1,
            queries: {
              least: `min(lyapunov_worker_utilization_ratio${CHOSEN})`,
              median: `quantile(0.5, lyapunov_worker_utilization_ratio${CHOSEN})`,
              most: `max(lyapunov_worker_utilization_ratio${CHOSEN})`,
            },
          }),
          curves({
            title: "Weights propagated",
            description:
              "Layers times width squared per second, accepted or not, by backend and weight law.",
            unit: "si: weights/s",
            width: "half",
            queries: {
              "{{backend}} {{weights}}":
                'sum by (backend, weights) (rate(lyapunov_worker_weights_total{instance=~"$instance", ' +
                'backend=~"$backend"}[$__rate_interval]))',
            },
          }),
          curves({
            title: "Shards",
            description:
              "Shards per second: computed, failed, and revoked because another worker was first " +
              "or the run has ended.",
            unit: "si: shards/s",
            width: "half",
            queries: {
              "{{outcome}}": `sum by (outcome) (rate(lyapunov_worker_shards_total${CHOSEN}[$__rate_interval]))`,
            },
          }),
          curves({
            title: "Queued and unacknowledged",
            description:
              "Shards that wait for a thread, and results that the ledger does not have yet. A " +
              "worker keeps a result until the ledger has it.",
            unit: "short",
            width: "half",
            queries: {
              "wait for a thread": `sum(lyapunov_worker_shards_queued${CHOSEN})`,
              unacknowledged: `sum(lyapunov_worker_unacknowledged_results${CHOSEN})`,
            },
          }),
          curves({
            title: "Time that a shard computes",
            description:
              "Time by backend. Half of the shards take less than the one value, 99 in 100 less " +
              "than the other.",
            unit: "s",
            width: "half",
            queries: {
              "{{backend}}: half":
                'backend:lyapunov_worker_shard_run_seconds:p50_5m{backend=~"$backend"}',
              "{{backend}}: 99 in 100":
                'backend:lyapunov_worker_shard_run_seconds:p99_5m{backend=~"$backend"}',
            },
          }),
          curves({
            title: "Time that a shard waits for a thread",
            description:
              "A few seconds are normal: they keep threads from starving. If it is much longer, " +
              "leases are too large for these machines.",
            unit: "s",
            width: "half",
            queries: {
              half: "cluster:lyapunov_worker_shard_wait_seconds:p50_5m",
              "99 in 100": "cluster:lyapunov_worker_shard_wait_seconds:p99_5m",
            },
          }),
        ],
      },
      {
        title: "Each worker",
        panels: [
          table({
            title: "Chosen workers",
            description:
              "Present values. A worker that is connected but idle has nothing to do, or lacks " +
              "the backend that the runs ask for.",
            unit: "short",
            decimals: 2,
            width: "full",
            queries: {
              connected: `max by (instance) (lyapunov_worker_connected${CHOSEN})`,
              utilization: `max by (instance) (lyapunov_worker_utilization_ratio${CHOSEN})`,
              "shards queued": `sum by (instance) (lyapunov_worker_shards_queued${CHOSEN})`,
              unacknowledged: `sum by (instance) (lyapunov_worker_unacknowledged_results${CHOSEN})`,
              "replicas/s": `sum by (instance) (rate(lyapunov_worker_replicas_total${CHOSEN}[1m]))`,
              "layers/s": `sum by (instance) (rate(lyapunov_worker_layers_total${CHOSEN}[1m]))`,
            },
          }),
          curves({
            title: "Memory",
            description: "Resident memory of the ten workers that use most.",
            unit: "bytes",
            width: "half",
            queries: {
              "{{instance}}":
                'topk(10, process_resident_memory_bytes{job="worker", instance=~"$instance"})',
            },
          }),
          curves({
            title: "Event loop",
            description:
              "Delay of the main thread, for the ten slowest workers: 99 in 100 delays are " +
              "shorter. It sends the heartbeats, so a delay of many seconds looks like a dead " +
              "worker.",
            unit: "s",
            width: "half",
            queries: {
              "{{instance}}": `topk(10, ${eventLoopDelay('{job="worker", instance=~"$instance"}')})`,
            },
            limits: [0.5, 5],
          }),
        ],
      },
      {
        title: "Devices",
        panels: [
          figures({
            title: "Devices",
            description:
              "Devices of the chosen workers: those that compute, and those that were left out " +
              "because they cannot start.",
            unit: "none",
            width: "quarter",
            queries: { "{{state}}": `sum by (state) (lyapunov_worker_devices${CHOSEN})` },
          }),
          figures({
            title: "Devices lost",
            description:
              "Times that a process died, hung or lost its GPU, in the last hour. Its shards went " +
              "back, and another process took its place.",
            unit: "none",
            decimals: 0,
            width: "quarter",
            queries: {
              lost: `sum(increase(lyapunov_worker_device_losses_total${CHOSEN}[1h]))`,
            },
            limits: [1, 10],
          }),
          figures({
            title: "Processes replaced",
            description:
              "Processes of devices that took another's place, in the last hour: after a loss, or " +
              "since a library wears its process out.",
            unit: "none",
            decimals: 0,
            width: "quarter",
            queries: {
              replaced: `sum(increase(lyapunov_worker_processes_restarted_total${CHOSEN}[1h]))`,
            },
          }),
          figures({
            title: "Replicas computed anew",
            description:
              "Replicas in the last hour whose numbers a GPU could not hold precisely enough, so " +
              "that the processor computed them.",
            unit: "short",
            width: "quarter",
            queries: {
              "{{backend}}":
                'sum by (backend) (increase(lyapunov_worker_replicas_recomputed_total{instance=~"$instance", ' +
                'backend=~"$backend"}[1h]))',
            },
          }),
          curves({
            title: "Weights by device",
            description:
              "Weights that a device propagates per second with all slots busy, by its last shards, " +
              "for the ten fastest devices.",
            unit: "si: weights/s",
            width: "half",
            queries: {
              "{{instance}} device {{device}} by {{backend}}":
                'topk(10, lyapunov_worker_device_weights_per_second{measured="shards", ' +
                'instance=~"$instance", backend=~"$backend"})',
            },
          }),
          table({
            title: "Chosen devices",
            description:
              "What each device is, how many bytes of memory it has, and how often it was lost. " +
              "Where software is true, a processor plays the part of a GPU.",
            unit: "short",
            width: "half",
            queries: {
              backends:
                "count by (instance, device, description, driver, software) " +
                `(lyapunov_worker_device_info${CHOSEN})`,
              memory: `max by (instance, device) (lyapunov_worker_device_memory_bytes${CHOSEN})`,
              losses: `max by (instance, device) (lyapunov_worker_device_losses_total${CHOSEN})`,
            },
          }),
        ],
      },
    ],
  });
}
