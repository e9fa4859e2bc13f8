import { LineStyleBuilder } from "@grafana/grafana-foundation-sdk/common";
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { PanelBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

import { RUN } from "./choices.ts";
import { dashboard } from "./dashboard.ts";
import { curves, figures, table } from "./panels.ts";

const CHOSEN = '{run=~"$run"}';

/** Runs and sweeps: the only dashboard with a series for each run, at most 20 of them. */
export function runsDashboard(): Dashboard {
  return dashboard({
    uid: "lyapunov-runs",
    title: "Runs and sweeps",
    question: "What do the runs find, how precisely, and when are they done?",
    choices: [RUN],
    sections: [
      {
        title: "All runs",
        panels: [
          figures({
            title: "Active",
            description: "Runs that have not ended, by their state.",
            unit: "short",
            width: "quarter",
            queries: { "{{state}}": "sum by (state) (lyapunov_runs)" },
          }),
          figures({
            title: "Ended",
            description: "Runs that ended since the coordinator started, by how they ended.",
            unit: "short",
            width: "quarter",
            queries: { "{{state}}": "sum by (state) (lyapunov_runs_ended_total)" },
          }),
          figures({
            title: "Error against target",
            description:
              "Standard error divided by the precision target, for the run that is farthest from " +
              "its target. At 1 the target is met.",
            unit: "none",
            decimals: 2,
            width: "quarter",
            queries: { worst: "max(lyapunov_worst_error_ratio)" },
            limits: [1, 10],
          }),
          figures({
            title: "Extinct",
            description:
              "Share of the replicas that lost all activations, in the run that loses most. If " +
              "it is not 0, λ is −∞ and the estimates of the survivors are reported.",
            unit: "percentunit",
            width: "quarter",
            queries: { largest: "max(lyapunov_extinct_fraction)" },
            limits: [0.001, 0.5],
          }),
          table({
            title: "The twenty oldest runs",
            description: "Present progress, time left, λ̂ with its interval, the exact λ, and σ̂².",
            unit: "short",
            decimals: 5,
            width: "full",
            queries: {
              progress: `max by (run) (lyapunov_run_progress_ratio${CHOSEN})`,
              "seconds left": `max by (run) (lyapunov_run_seconds_left${CHOSEN})`,
              λ̂: `max by (run) (lyapunov_run_lyapunov_exponent${CHOSEN})`,
              "λ lower": `max by (run) (lyapunov_run_lyapunov_exponent_low${CHOSEN})`,
              "λ upper": `max by (run) (lyapunov_run_lyapunov_exponent_high${CHOSEN})`,
              "λ exact": `max by (run) (lyapunov_run_lyapunov_exponent_exact${CHOSEN})`,
              "σ̂²": `max by (run) (lyapunov_run_variance${CHOSEN})`,
            },
          }),
          curves({
            title: "Progress",
            description: "Share that a run has of its replicas, or of those that its target needs.",
            unit: "percentunit",
            width: "half",
            to: 1,
            queries: { "{{run}}": `max by (run) (lyapunov_run_progress_ratio${CHOSEN})` },
          }),
          curves({
            title: "Time left",
            description: "Time that each run still needs at its present rate.",
            unit: "s",
            width: "half",
            queries: { "{{run}}": `max by (run) (lyapunov_run_seconds_left${CHOSEN})` },
          }),
          curves({
            title: "Precision",
            description: "Half the width of λ's interval. Four times as many replicas halve it.",
            unit: "sci",
            width: "half",
            queries: {
              "{{run}}":
                `max by (run) (lyapunov_run_lyapunov_exponent_high${CHOSEN} ` +
                `- lyapunov_run_lyapunov_exponent_low${CHOSEN}) / 2`,
            },
          }),
          curves({
            title: "Distance from the exact λ",
            description:
              "λ̂ − λ in units of half the interval's width. If the intervals are right, 95 of " +
              "100 runs are between −1 and 1.",
            unit: "none",
            decimals: 2,
            width: "half",
            from: -1,
            to: 1,
            queries: {
              "{{run}}":
                `max by (run) (2 * (lyapunov_run_lyapunov_exponent${CHOSEN} ` +
                `- lyapunov_run_lyapunov_exponent_exact${CHOSEN}) ` +
                `/ (lyapunov_run_lyapunov_exponent_high${CHOSEN} ` +
                `- lyapunov_run_lyapunov_exponent_low${CHOSEN}))`,
            },
          }),
        ],
      },
      {
        title: "Each run",
        panels: [
          converging({
            title: "λ̂ of $run",
            description: "The Lyapunov exponent with its interval, and the exact value if known.",
            metric: "lyapunov_run_lyapunov_exponent",
            exact: "lyapunov_run_lyapunov_exponent_exact",
          }),
          converging({
            title: "σ̂² of $run",
            description: "The variance of the central limit theorem with its interval.",
            metric: "lyapunov_run_variance",
          }),
        ],
      },
    ],
  });
}

interface ConvergingText {
  readonly title: string;
  readonly description: string;
  readonly metric: string;
  readonly exact?: string;
}

/** A panel for each chosen run: an estimate in the band of its interval. */
function converging({ title, description, metric, exact }: ConvergingText): PanelBuilder {
  const panel = curves({
    title,
    description,
    unit: "none",
    decimals: 6,
    width: "half",
    from: "data",
    queries: {
      estimate: `max by (run) (${metric}${CHOSEN})`,
      lower: `max by (run) (${metric}_low${CHOSEN})`,
      upper: `max by (run) (${metric}_high${CHOSEN})`,
      ...(exact !== undefined && { exact: `max by (run) (${exact}${CHOSEN})` }),
    },
  });
  const dashes = new LineStyleBuilder().fill("dash").dash([10, 6]).build();
  const unseen = { id: "custom.lineWidth", value: 0 };
  return panel
    .repeat("run")
    .repeatDirection("h")
    .maxPerRow(2)
    .overrideByName("estimate", [{ id: "custom.fillOpacity", value: 0 }])
    .overrideByName("lower", [unseen, { id: "custom.fillOpacity", value: 0 }])
    .overrideByName("upper", [
      unseen,
      { id: "custom.fillBelowTo", value: "lower" },
      { id: "custom.fillOpacity", value: 18 },
    ])
    .overrideByName("exact", [
      { id: "custom.lineStyle", value: dashes },
      { id: "custom.fillOpacity", value: 0 },
    ]);
}
