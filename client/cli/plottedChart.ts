import type { Chart } from "../../shared/charts/chart.ts";
import { convergenceChart } from "../../shared/charts/convergence.ts";
import { depthChart } from "../../shared/charts/depth.ts";
import { fluctuationsChart } from "../../shared/charts/fluctuations.ts";
import { learningCurveChart, learningCurvesChart } from "../../shared/charts/learningCurves.ts";
import { isMap, phaseDiagram } from "../../shared/charts/phases.ts";
import { sweepEstimatesChart } from "../../shared/charts/sweepEstimates.ts";
import { NothingToDraw } from "../../shared/charts/nothingToDraw.ts";
import { armOf } from "../../shared/studies/arm.ts";
import { runToJson } from "../../shared/wire/json.ts";
import type { Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { SimulationApi } from "../sdk/api.ts";
import { isLost, isOtherKind } from "./presentation/otherKind.ts";
import { isSweep } from "./names.ts";
import { isStudySweep } from "./presentation/studyReport.ts";
import { reportOf } from "./studyRuns.ts";

/** Pictures of a run. */
export type RunChart = "convergence" | "depth" | "fluctuations" | "learning";
/** Pictures of a sweep. */
export type SweepChart = "phases" | "estimates" | "learning";

/**
 * Asks for a run or a sweep, and draws it.
 *
 * @param name `runs/{id}` or `sweeps/{id}`
 * @param kind one of the pictures that there are of it; default: learning of trainings; else
 *   convergence, or phases if they are a map
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
    if (isStudySweep(sweep) && (kind ?? "learning") === "learning") {
      return learningCurvesChart(sweep, await reportOf(api, sweep));
    }
    sweep.runs.forEach((run) => {
      assertDrawable(run, kind);
    });
    const isPhases = kind === undefined ? isMap(sweep) : kind === "phases";
    return isPhases ? phaseDiagram(sweep) : sweepEstimatesChart(sweep);
  }
  const run = await api.getRun(name, kind === undefined || kind === "convergence");
  const arm = armOf(runToJson(run));
  if (arm !== undefined && (kind ?? "learning") === "learning") return learningCurveChart(arm);
  assertDrawable(run, kind);
  if (kind === "depth") return depthChart(run);
  if (kind === "fluctuations") return fluctuationsChart(run);
  return convergenceChart(run);
}

/** The other pictures are of λ and σ², which only runs that propagate networks estimate. */
function assertDrawable(run: Run__Output, kind: RunChart | SweepChart | undefined): void {
  if (kind === "learning") {
    throw new NothingToDraw(
      run,
      "it trains nothing, so that it has no learning curve; leave --kind out",
    );
  }
  if (!isOtherKind(run)) return;
  throw new NothingToDraw(
    run,
    run.training === null
      ? "no picture shows runs of its kind; see `lyapunov runs show`"
      : `${kind ?? "it"} shows λ and σ², which a training does not estimate; leave --kind out`,
  );
}
