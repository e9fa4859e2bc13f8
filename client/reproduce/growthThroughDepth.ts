import type { Panel } from "../../shared/charts/chart.ts";
import type { Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { quantileAt } from "./networkRuns.ts";

/**
 * Draws what networks grow by through the depth, as powers of ten: the middle half as a band, the mean
 * as a line.
 */
export function growthThroughDepth(
  runs: readonly Run__Output[],
  series: (run: Run__Output) => string,
): Panel {
  return {
    x: { title: "depth l", scale: "linear" },
    y: { title: "log₁₀ of the norm over the first norm", scale: "linear" },
    marks: runs.flatMap((run) => [
      {
        kind: "band" as const,
        series: series(run),
        points: run.checkpoints.map((checkpoint) => ({
          x: checkpoint.depth,
          lower: decades(quantileAt(checkpoint, 0.25)),
          upper: decades(quantileAt(checkpoint, 0.75)),
        })),
      },
      {
        kind: "line" as const,
        series: series(run),
        points: run.checkpoints.map(({ depth: x, mean = NaN }) => ({ x, y: decades(mean) })),
      },
    ]),
  };
}

function decades(growth: number): number {
  return growth / Math.LN10;
}
