import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";

import { COORDINATOR } from "./choices.ts";
import { dashboard } from "./dashboard.ts";
import { eventLoopDelay } from "./eventLoop.ts";
import { curves, figures } from "./panels.ts";

const CHOSEN = '{instance=~"$instance"}';
const PROCESS = '{job="coordinator", instance=~"$instance"}';

/** Ledger and RPC: what delays the acknowledgement of a result, and the answer to a client. */
export function ledgerDashboard(): Dashboard {
  return dashboard({
    uid: "lyapunov-ledger",
    title: "Ledger and RPC",
    question: "Does the coordinator write and answer quickly, and without failures?",
    choices: [COORDINATOR],
    sections: [
      {
        title: "Ledger",
        panels: [
          curves({
            title: "Commit",
            description:
              "Time until a batch of partials is durable. Half of the commits take less than the " +
              "one value, 99 in 100 less than the other.",
            unit: "s",
            width: "half",
            queries: {
              "{{instance}}: half": `instance:lyapunov_ledger_commit_duration_seconds:p50_5m${CHOSEN}`,
              "{{instance}}: 99 in 100": `instance:lyapunov_ledger_commit_duration_seconds:p99_5m${CHOSEN}`,
            },
            limits: [0.25, 1],
          }),
          curves({
            title: "Partials that wait to be written",
            description: "Partials on their way to the ledger. At 4,096 nothing more is granted.",
            unit: "short",
            width: "half",
            queries: { "{{instance}}": `lyapunov_ledger_writes_waiting${CHOSEN}` },
            limits: [2048, 4096],
          }),
          curves({
            title: "Partials written",
            description: "Partials written to the ledger per second.",
            unit: "si: shards/s",
            width: "half",
            queries: {
              "{{instance}}": `rate(lyapunov_ledger_partials_total${CHOSEN}[$__rate_interval])`,
            },
          }),
          figures({
            title: "Size",
            description: "Size of SQLite's file, or of PostgreSQL's database.",
            unit: "bytes",
            width: "quarter",
            queries: { "{{instance}}": `lyapunov_ledger_bytes${CHOSEN}` },
          }),
          figures({
            title: "Leads",
            description: "1: this coordinator leads; 0: it stands by.",
            unit: "none",
            width: "quarter",
            queries: { "{{instance}}": `lyapunov_leader${CHOSEN}` },
          }),
        ],
      },
      {
        title: "RPC",
        panels: [
          curves({
            title: "Calls",
            description: "Calls per second, by method. A stream counts when it ends.",
            unit: "si: calls/s",
            width: "half",
            queries: {
              "{{method}}": `sum by (method) (rate(lyapunov_rpcs_total${CHOSEN}[$__rate_interval]))`,
            },
          }),
          curves({
            title: "Answers",
            description:
              "Answers per second, by gRPC code. INVALID_ARGUMENT and NOT_FOUND are mistakes of " +
              "clients; UNAVAILABLE comes from a coordinator that stands by or ends.",
            unit: "si: calls/s",
            width: "half",
            queries: {
              "{{code}}": `sum by (code) (rate(lyapunov_rpcs_total${CHOSEN}[$__rate_interval]))`,
            },
          }),
          curves({
            title: "Failures",
            description:
              "Share of the calls that the coordinator failed to answer, over 5 minutes.",
            unit: "percentunit",
            width: "half",
            queries: {
              "{{instance}} {{method}}": `instance_method:lyapunov_rpc_failures:ratio_rate5m${CHOSEN}`,
            },
            limits: [0.01, 0.1],
          }),
          curves({
            title: "Duration",
            description:
              "Half of the calls take less than the one value, 99 in 100 less than the other. " +
              "Watch and Work are streams: they last as long as somebody watches or works.",
            unit: "s",
            width: "half",
            queries: {
              "{{method}}: half": `instance_method:lyapunov_rpc_duration_seconds:p50_5m${CHOSEN}`,
              "{{method}}: 99 in 100": `instance_method:lyapunov_rpc_duration_seconds:p99_5m${CHOSEN}`,
            },
          }),
        ],
      },
      {
        title: "Process",
        panels: [
          curves({
            title: "Processor",
            description: "Processor cores in use. The event loop can use only one.",
            unit: "none",
            decimals: 2,
            width: "third",
            queries: {
              "{{instance}}": `rate(process_cpu_seconds_total${PROCESS}[$__rate_interval])`,
            },
          }),
          curves({
            title: "Memory",
            description: "Resident memory of the coordinator.",
            unit: "bytes",
            width: "third",
            queries: { "{{instance}}": `process_resident_memory_bytes${PROCESS}` },
          }),
          curves({
            title: "Event loop",
            description: "Delay of the event loop: 99 in 100 delays are shorter.",
            unit: "s",
            width: "third",
            queries: { "{{instance}}": eventLoopDelay(PROCESS) },
            limits: [0.1, 1],
          }),
        ],
      },
    ],
  });
}
