import { armOf, type Arm } from "../../shared/studies/arm.ts";
import { chosenRuns, studyReport, type StudyReport } from "../../shared/studies/studyReport.ts";
import { learningTask } from "../../shared/training/learningTask.ts";
import { LEARNING_TASKS } from "../../shared/training/training.ts";
import type { Sweep__Output } from "../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { runToJson } from "../../shared/wire/json.ts";
import type { SimulationApi } from "../sdk/api.ts";

/** Share of the best constant's loss that steps are counted to by default. */
const TARGET_SHARE = 0.1;

/**
 * Sums up a study; asks for the curves of the arms that are chosen, which the sweep itself leaves out.
 *
 * @param targetLoss the loss to count steps to; default: a tenth of the best constant's
 */
export async function reportOf(
  api: SimulationApi,
  { runs }: Sweep__Output,
  targetLoss?: number,
): Promise<StudyReport> {
  const arms = runs.flatMap((run) => armOf(runToJson(run)) ?? []);
  const chosen = new Map<string, Arm>();
  for (const name of chosenRuns(arms)) {
    const arm = armOf(runToJson(await api.getRun(name)));
    if (arm !== undefined) chosen.set(name, arm);
  }
  const known = arms.map((arm) => chosen.get(arm.run) ?? arm);
  return studyReport(known, targetLoss ?? defaultTarget(arms[0]?.task));
}

function defaultTarget(task: string | undefined): number | undefined {
  const known = LEARNING_TASKS.find((name) => name === task);
  return known && TARGET_SHARE * learningTask(known).constantLoss;
}
