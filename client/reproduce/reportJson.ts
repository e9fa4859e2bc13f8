import type { Check } from "./check.ts";
import type { Judgement } from "./judgement.ts";
import { runNumbers } from "./runNumbers.ts";
import type { ReportFacts } from "./reportFacts.ts";

/** The report as data: what every run found, every comparison, every verdict. */
export function reportToJson(facts: ReportFacts, judgements: readonly Judgement[]) {
  return {
    ...facts,
    claims: judgements.map(({ claim, falseAlarmRate, verdict, checks, figures, runs }) => ({
      id: claim.id,
      title: claim.title,
      statement: claim.statement,
      method: claim.method,
      verdict,
      falseAlarmRate,
      checks: checks.map(checkToJson),
      figures: figures.map(({ name, caption }) => ({ file: `${name}.svg`, caption })),
      runs: runs.map(runNumbers),
    })),
  };
}

function checkToJson({ expectation: { from, to }, ...check }: Check) {
  return { ...check, expectation: { from: finite(from), to: finite(to) } };
}

/** The open end of an expectation is null, because JSON has no infinity. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
