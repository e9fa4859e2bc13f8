import {
  isStudy,
  studyReportToJson,
  type StudyReport,
} from "../../../shared/studies/studyReport.ts";
import { shortName } from "../../../shared/wire/enumerations.ts";
import type { Sweep__Output } from "../../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { sweepToJson } from "../../../shared/wire/json.ts";
import { print } from "../streams.ts";
import { printJson } from "./printJson.ts";
import { studyText } from "./studyText.ts";
import { outputColumns } from "./terminal.ts";

/** True if all of the sweep's runs are trainings. */
export function isStudySweep({ runs }: Sweep__Output): boolean {
  return isStudy(runs.map(({ kind }) => ({ kind: shortName("kind", kind) })));
}

/** Prints a study: in JSON as a sweep, with what it has found as `study`. */
export async function reportStudy(
  sweep: Sweep__Output,
  report: StudyReport,
  json: boolean,
): Promise<void> {
  if (json) await printJson({ ...sweepToJson(sweep), study: studyReportToJson(report) });
  else await print(`${studyText(report, outputColumns())}\n`);
}
