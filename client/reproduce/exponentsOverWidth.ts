import type { Panel } from "../../shared/charts/chart.ts";
import { axisOf, WIDTH } from "../../shared/charts/sweepParameters.ts";
import type { Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { exactOfRun } from "./networkRuns.ts";

/**
 * Draws λ̂ over the width, with its interval, and the exact λ as lines.
 *
 * @param series names the line to which a run belongs
 * @param scaled what is shown of an exponent; default: the exponent
 */
export function exponentsOverWidth(
  runs: readonly Run__Output[],
  title: string,
  series: (run: Run__Output) => string,
  scaled: (exponent: number, run: Run__Output) => number = (exponent) => exponent,
): Panel {
  const groups = [...Map.groupBy(runs, series)];
  return {
    x: axisOf(WIDTH, runs),
    y: { title, scale: "linear" },
    marks: [
      ...groups.map(([name, some]) => ({
        kind: "line" as const,
        series: name,
        points: some.map((run) => ({
          x: WIDTH.value(run),
          y: scaled(exactOfRun(run).lyapunovExponent, run),
        })),
      })),
      ...groups.map(([name, some]) => ({
        kind: "points" as const,
        series: name,
        points: some.map((run) => {
          const { estimate = NaN, lower = NaN, upper = NaN } = run.lyapunovExponent ?? {};
          return {
            x: WIDTH.value(run),
            y: scaled(estimate, run),
            lower: scaled(lower, run),
            upper: scaled(upper, run),
          };
        }),
      })),
    ],
  };
}
