import type { Chart } from "../../shared/charts/chart.ts";
import { convergenceChart } from "../../shared/charts/convergence.ts";
import { depthChart } from "../../shared/charts/depth.ts";
import { fluctuationsChart } from "../../shared/charts/fluctuations.ts";
import { isMap, phaseDiagram } from "../../shared/charts/phases.ts";
import { sweepEstimatesChart } from "../../shared/charts/sweepEstimates.ts";
import { NothingToDraw } from "../../shared/charts/nothingToDraw.ts";
import type { Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { SimulationApi } from "../sdk/api.ts";
import { isLost, isOtherKind } from "./presentation/otherKind.ts";
import { isSweep } from "./names.ts";

/** Pictures of a run. */
export type RunChart = "convergence" | "depth" | "fluctuations";
/** Pictures of a sweep. */
export type SweepChart = "phases" | "estimates";

/**
 * Asks for a run or a sweep, and draws it.
 *
 * @param name `runs/{id}` or `sweeps/{id}`
 * @param kind one of the pictures that there are of it; default: convergence, or phases if they are a map
 * @throws NothingToDraw
 */
export async function chartOf(
  api: SimulationApi,
  name: string,
  kind: RunChart | SweepChart | undefined,
): Promise<Chart> {
  if (isSweep(name)) {
    const whole = await api.getSweep(name);
    // What is lost keeps nobody from seeing the others.
    const sweep = { ...whole, runs: whole.runs.filter((run) => !isLost(run)) };
    sweep.runs.forEach(assertDrawable);
    const isPhases = kind === undefined ? isMap(sweep) : kind === "phases";
    return isPhases ? phaseDiagram(sweep) : sweepEstimatesChart(sweep);
  }
  const run = await api.getRun(name, kind === undefined || kind === "convergence");
  assertDrawable(run);
  if (kind === "depth") return depthChart(run);
  if (kind === "fluctuations") return fluctuationsChart(run);
  return convergenceChart(run);
}

/** The pictures are of λ and σ², which only runs that propagate networks estimate. */
function assertDrawable(run: Run__Output): void {
  if (!isOtherKind(run)) return;
  throw new NothingToDraw(run, "no picture shows runs of its kind; see `lyapunov runs show`");
}
