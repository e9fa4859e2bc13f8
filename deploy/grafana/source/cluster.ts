import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";

import { BACKEND } from "./choices.ts";
import { dashboard } from "./dashboard.ts";
import { eventLoopDelay } from "./eventLoop.ts";
import { curves, figures } from "./panels.ts";

/** The cluster: whether it works, whether it is right, how fast it is and what limits it. */
export function clusterDashboard(): Dashboard {
  return dashboard({
    uid: "lyapunov-cluster",
    title: "Cluster",
    question: "Is it working, how fast, and what limits it?",
    choices: [BACKEND],
    sections: [
      {
        title: "Is it working?",
        panels: [
          figures({
            title: "Coordinators that lead",
            description: "Should be one. Without one, nothing is granted or accepted.",
            unit: "none",
            width: "sixth",
            queries: { leading: "sum(lyapunov_leader)" },
            least: 1,
            limits: [2, 2],
          }),
          figures({
            title: "Workers present",
            description: "Workers that are connected and take shards.",
            unit: "short",
            width: "sixth",
            queries: { present: "cluster:lyapunov_workers_present:sum" },
            least: 1,
          }),
          figures({
            title: "Replicas",
            description: "Random networks propagated and accepted per second, over a minute.",
            unit: "si: replicas/s",
            width: "sixth",
            queries: {
              replicas: 'sum(backend_weights:lyapunov_replicas:rate1m{backend=~"$backend"})',
            },
          }),
          figures({
            title: "Runs",
            description: "Runs that have not ended, by their state.",
            unit: "short",
            width: "quarter",
            queries: { "{{state}}": "sum by (state) (lyapunov_runs)" },
          }),
          figures({
            title: "Time left",
            description:
              "What the slowest of the twenty oldest runs still needs at its present rate.",
            unit: "s",
            width: "quarter",
            queries: { "time left": "max(lyapunov_run_seconds_left)" },
          }),
          curves({
            title: "Shards",
            description:
              "Shards of active runs, by their state. It is normal that many wait while many are " +
              "leased. Parked shards have failed on several workers.",
            unit: "short",
            width: "half",
            queries: { "{{state}}": "sum by (state) (lyapunov_shards)" },
          }),
          curves({
            title: "Partials received",
            description:
              "Results of shards per second. Needless ones come from second copies. There should " +
              "be no disagreeing and no impossible ones.",
            unit: "si: shards/s",
            width: "half",
            queries: { "{{outcome}}": "outcome:lyapunov_partials:rate1m" },
          }),
        ],
      },
      {
        title: "Is it right?",
        panels: [
          curves({
            title: "Verification",
            description:
              "Since the coordinator started: second computations that were granted, and shards " +
              "on whose bits two workers agree.",
            unit: "short",
            width: "half",
            queries: {
              "checks granted": "sum(lyapunov_checks_granted_total)",
              "shards verified": "sum(lyapunov_shards_verified_total)",
            },
          }),
          curves({
            title: "Disagreements",
            description:
              "Since the coordinator started: contradictions, workers quarantined for them, and " +
              "shards computed again. Any of these means that a machine is broken: find it.",
            unit: "short",
            width: "half",
            queries: {
              disagreements: "sum(lyapunov_disagreements_total)",
              "workers quarantined": "sum(lyapunov_workers_quarantined_total)",
              "shards retracted": "sum(lyapunov_shards_retracted_total)",
            },
            limits: [1, 1],
          }),
        ],
      },
      {
        title: "How fast?",
        panels: [
          curves({
            title: "Weights propagated",
            description:
              "Layers times width squared of the accepted partials: work that can be compared " +
              "between widths, by backend and weight law.",
            unit: "si: weights/s",
            width: "half",
            queries: {
              "{{backend}} {{weights}}":
                'backend_weights:lyapunov_weights:rate1m{backend=~"$backend"}',
            },
          }),
          curves({
            title: "Layers propagated",
            description: "Replicas times depth of the accepted partials.",
            unit: "si: layers/s",
            width: "half",
            queries: {
              "{{backend}} {{weights}}":
                'backend_weights:lyapunov_layers:rate1m{backend=~"$backend"}',
            },
          }),
        ],
      },
      {
        title: "What limits it?",
        panels: [
          curves({
            title: "Threads that compute",
            description:
              "Share of the threads that are busy. Near 100 % the machines are the limit, as " +
              "they should be. If it is less while shards wait, look at the ledger, the event " +
              "loop and the leases.",
            unit: "percentunit",
            width: "third",
            to: 1,
            queries: {
              busy: 'sum(lyapunov_worker_threads{state="busy"}) / sum(lyapunov_worker_threads)',
            },
          }),
          curves({
            title: "Partials that wait",
            description:
              "Partials that wait for the ledger, or for an earlier shard to be folded. When " +
              "4,096 wait for the ledger, the coordinator grants nothing more.",
            unit: "short",
            width: "third",
            queries: {
              "for the ledger": "sum(lyapunov_ledger_writes_waiting)",
              "for an earlier shard": "max(lyapunov_fold_lag_shards)",
            },
            limits: [2048, 4096],
          }),
          curves({
            title: "Coordinator's event loop",
            description:
              "Delay of the event loop: 99 in 100 delays are shorter. Above a tenth of a second " +
              "the coordinator itself is the limit.",
            unit: "s",
            width: "third",
            queries: {
              "{{instance}}": eventLoopDelay('{job="coordinator"}'),
            },
            limits: [0.1, 1],
          }),
          curves({
            title: "Leases granted",
            description:
              "Leases per second: first attempts, repeated ones, second copies of slow shards " +
              "and checks, and leases that expired because a worker was lost or too slow.",
            unit: "si: leases/s",
            width: "half",
            queries: {
              "{{kind}}": "sum by (kind) (rate(lyapunov_leases_granted_total[$__rate_interval]))",
              expired: "sum(rate(lyapunov_leases_expired_total[$__rate_interval]))",
            },
          }),
          curves({
            title: "Leases held",
            description: "Shards that workers hold now, and the slots that they have for them.",
            unit: "short",
            width: "half",
            queries: {
              leases: "sum(lyapunov_leases)",
              "slots of {{backend}}":
                'sum by (backend) (lyapunov_worker_slots{backend=~"$backend"})',
            },
          }),
        ],
      },
    ],
  });
}
