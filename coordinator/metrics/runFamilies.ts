import type { Family } from "../../shared/metrics/families.ts";
import type { Estimate } from "../../shared/wire/generated/lyapunov/v1/Estimate.ts";
import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { LeaderNow } from "./leader.ts";

type Wire = number | string | null | undefined;

/** Estimates and progress of the oldest active runs: to the last digit, what clients see. */
export const RUN_FAMILIES: readonly Family<LeaderNow>[] = [
  ...estimateFamilies("lyapunov_run_lyapunov_exponent", "λ̂", (run) => run.lyapunovExponent),
  family(
    "lyapunov_run_lyapunov_exponent_exact",
    "Exact λ of the run's network, where a closed form is known.",
    ({ exact }) => exact?.lyapunovExponent,
  ),
  ...estimateFamilies("lyapunov_run_variance", "σ̂²", (run) => run.variance),
  family(
    "lyapunov_run_progress_ratio",
    "Recorded shards of the run as a fraction of those that it will probably need.",
    ({ progress }) => {
      const planned = Number(progress?.plannedShardCount);
      return planned > 0 ? Math.min(1, Number(progress?.completedShardCount) / planned) : 0;
    },
  ),
  family(
    "lyapunov_run_seconds_left",
    "Time that the run will probably still take at its present rate.",
    ({ progress }) => progress?.remainingSeconds,
  ),
];

function estimateFamilies(
  name: string,
  symbol: string,
  estimateOf: (run: Run) => Estimate | null | undefined,
): Family<LeaderNow>[] {
  return [
    family(name, `${symbol} of the run so far.`, (run) => estimateOf(run)?.estimate),
    family(
      `${name}_low`,
      `Lower end of the interval around ${symbol}.`,
      (run) => estimateOf(run)?.lower,
    ),
    family(
      `${name}_high`,
      `Upper end of the interval around ${symbol}.`,
      (run) => estimateOf(run)?.upper,
    ),
  ];
}

function family(name: string, help: string, valueOf: (run: Run) => Wire): Family<LeaderNow> {
  return {
    kind: "gauge",
    name,
    help,
    labels: ["run"],
    samples: ({ runs }) =>
      runs.map((run) => {
        const value = valueOf(run) ?? undefined;
        return {
          labels: { run: run.name ?? "" },
          value: value === undefined ? undefined : Number(value),
        };
      }),
  };
}
