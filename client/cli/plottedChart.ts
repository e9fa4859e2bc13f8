import type { Chart } from "../../shared/charts/chart.ts";
import { convergenceChart } from "../../shared/charts/convergence.ts";
import { depthChart } from "../../shared/charts/depth.ts";
import { fluctuationsChart } from "../../shared/charts/fluctuations.ts";
import { isMap, phaseDiagram } from "../../shared/charts/phases.ts";
import { sweepEstimatesChart } from "../../shared/charts/sweepEstimates.ts";
import type { SimulationApi } from "../sdk/api.ts";
import { isSweep } from "./commands/named.ts";

/** Pictures of a run. */
export type RunChart = "convergence" | "depth" | "fluctuations";
/** Pictures of a sweep. */
export type SweepChart = "phases" | "estimates";

/**
 * Asks for a run or a sweep, and draws it.
 *
 * @param name `runs/{id}` or `sweeps/{id}`
 * @param kind one of the pictures that there are of it; default: convergence, or phases if they are a map
 */
export async function chartOf(
  api: SimulationApi,
  name: string,
  kind: RunChart | SweepChart | undefined,
): Promise<Chart> {
  if (isSweep(name)) {
    const sweep = await api.getSweep(name);
    const isPhases = kind === undefined ? isMap(sweep) : kind === "phases";
    return isPhases ? phaseDiagram(sweep) : sweepEstimatesChart(sweep);
  }
  if (kind === "depth") return depthChart(await api.getRun(name));
  if (kind === "fluctuations") return fluctuationsChart(await api.getRun(name));
  return convergenceChart(await api.getRun(name, true));
}
