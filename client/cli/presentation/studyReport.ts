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
import { titled } from "./sweepHeading.ts";
import { studyText } from "./studyText.ts";
import { outputColumns } from "./terminal.ts";

/** Arms of which it is said what went wrong; all are in the JSON. */
const MOST_FAILURES = 3;

/** True if all of the sweep's runs are trainings. */
export function isStudySweep({ runs }: Sweep__Output): boolean {
  return isStudy(runs.map(({ kind }) => ({ kind: shortName("kind", kind) })));
}

/** Says what went wrong in the first arms of which something did. */
function failures({ runs }: Sweep__Output): string[] {
  const failed = runs.filter(({ error }) => error !== "");
  const lines = failed
    .slice(0, MOST_FAILURES)
    .map((run) => `${titled(run)}, ${shortName("state", run.state)}: ${run.error}`);
  const left = failed.length - lines.length;
  return left > 0 ? [...lines, `and ${left} more`] : lines;
}

/** Prints a study: in JSON as a sweep, with what it has found as `study`. */
export async function reportStudy(
  sweep: Sweep__Output,
  report: StudyReport,
  json: boolean,
): Promise<void> {
  if (json) await printJson({ ...sweepToJson(sweep), study: studyReportToJson(report) });
  else await print(`${[studyText(report, outputColumns()), ...failures(sweep)].join("\n")}\n`);
}
