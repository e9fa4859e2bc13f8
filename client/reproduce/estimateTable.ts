import { spreadOf } from "../../shared/charts/verdict.ts";
import { gainLabel, weightsLabel } from "../../shared/charts/networkLabels.ts";
import { count } from "../../shared/text/counts.ts";
import { ABSENT, exactBeside, fixed, given, withError } from "../../shared/text/numbers.ts";
import { times } from "../../shared/text/times.ts";
import type { Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { exactOfRun, exponentOfRun } from "./networkRuns.ts";
import { markdownTable } from "./markdownTable.ts";

const HEAD = [
  "weights",
  "width",
  "α",
  "gain",
  "networks",
  "seed",
  "λ̂ ± s.e.",
  "λ exact",
  "z",
  "σ̂² ± s.e.",
  "σ² exact",
  "typical network",
  "half of all networks between",
];

/** Estimates beside exact values in Markdown, a run a row, with what they do to a network's norm. */
export function estimateTable(runs: readonly Run__Output[]): string {
  return markdownTable(
    HEAD,
    runs.map((run) => {
      const exact = exactOfRun(run);
      const { value, error } = exponentOfRun(run);
      const { estimate, standardError } = run.variance ?? {};
      const { median, middleHalf } = spreadOf(run) ?? {};
      return [
        weightsLabel(run),
        String(run.network?.width),
        given(run.network?.negativeSlope),
        gainLabel(run),
        count(run.replicaCount),
        run.seed,
        withError(value, error),
        exactBeside(exact.lyapunovExponent, error),
        fixed((value - exact.lyapunovExponent) / error, 2),
        withError(estimate, standardError),
        exactBeside(exact.variance, standardError),
        median === undefined ? ABSENT : times(median),
        middleHalf === undefined ? ABSENT : middleHalf.map(times).join(" and "),
      ];
    }),
  );
}
