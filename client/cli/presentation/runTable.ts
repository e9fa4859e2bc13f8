import { shortName } from "../../../shared/wire/enumerations.ts";
import type { Estimate__Output } from "../../../shared/wire/generated/lyapunov/v1/Estimate.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { count } from "../../../shared/text/counts.ts";
import { ABSENT, exactBeside, fixed, withError } from "../../../shared/text/numbers.ts";
import { exponentText } from "./exponentText.ts";
import { fittedTable, type TableColumn } from "./fittedTable.ts";
import { sweptColumns, type SweptColumn } from "./sweptColumns.ts";
import { hasMissedTarget } from "./targetText.ts";
import {
  depthOfFactor1000,
  exponentOf,
  varianceOf,
  verdict,
} from "../../../shared/charts/verdict.ts";

/**
 * Formats runs as a table for people: estimates beside exact values, and what they mean.
 *
 * @param limit columns of the terminal. What tells the runs apart stays a column longest, then λ̂,
 *   the exact λ, σ̂ and the exact σ, the z-scores, the depth, and the verdict, which is a sentence
 * @param named whether it begins with the runs' names
 */
export function runTable(runs: readonly Run__Output[], limit = Infinity, named = false): string {
  const swept = [...(named ? [NAME] : []), ...sweptColumns(runs)].map(
    ({ head, value }): TableColumn<Run__Output> => ({
      head,
      cell: value,
      align: "right",
      importance: 1,
    }),
  );
  return fittedTable([...swept, ...RESULTS], runs, limit);
}

const NAME: SweptColumn = { head: "run", value: ({ name }) => name };

const RESULTS: readonly TableColumn<Run__Output>[] = [
  {
    head: "λ̂ ± s.e.",
    name: "λ̂",
    importance: 2,
    align: "right",
    cell: exponentText,
  },
  {
    head: "λ exact",
    importance: 3,
    align: "right",
    cell: exactExponentText,
  },
  {
    head: "z",
    name: "z of λ̂",
    importance: 5,
    align: "right",
    cell: (run) => fixed(exponentOf(run)?.z, 2),
  },
  {
    head: "σ̂ ± s.e.",
    name: "σ̂",
    importance: 4,
    align: "right",
    cell: (run) => {
      const sigma = deviation(varianceOf(run));
      return withError(sigma?.estimate, sigma?.standardError);
    },
  },
  {
    head: "σ exact",
    importance: 4,
    align: "right",
    cell: (run) => exactBeside(exactDeviation(run), deviation(varianceOf(run))?.standardError),
  },
  { head: "z", name: "z of σ̂", importance: 5, align: "right", cell: deviationScore },
  {
    head: "critical gain",
    importance: 4,
    align: "right",
    cell: ({ criticalGain }) => withError(criticalGain?.estimate, criticalGain?.standardError),
  },
  { head: "×1000 at depth", importance: 6, align: "right", cell: depthText },
  { head: "verdict", name: "", importance: 7, cell: (run) => stateNote(run) ?? judged(run) },
];

/** The depth at which the typical network has lost or gained a factor 1000. */
function depthText(run: Run__Output): string {
  if (exponentOf(run)?.estimate === undefined) return ABSENT;
  const depth = depthOfFactor1000(run);
  return depth === undefined ? "never" : count(depth);
}

function exactOf({ exact }: Run__Output) {
  return exact?.extinct === true ? exact.survivors : exact;
}

/** The exact λ: where it is −∞, that first, and then the survivors'. */
function exactExponentText(run: Run__Output): string {
  const exact = exactOf(run)?.lyapunovExponent;
  const text = exactBeside(exact, exponentOf(run)?.standardError);
  return run.exact?.extinct === true && exact !== undefined ? `−∞ (${text})` : text;
}

function exactDeviation(run: Run__Output): number | undefined {
  const variance = exactOf(run)?.variance;
  return variance === undefined ? undefined : Math.sqrt(variance);
}

/** z of σ̂, in errors of σ̂. */
function deviationScore(run: Run__Output): string {
  const [sigma, exact] = [deviation(varianceOf(run)), exactDeviation(run)];
  if (sigma === undefined || exact === undefined || !(sigma.standardError > 0)) return ABSENT;
  return fixed((sigma.estimate - exact) / sigma.standardError, 2);
}

function judged(run: Run__Output): string {
  return `${hasMissedTarget(run) ? "Target missed. " : ""}${verdict(run)}`;
}

function stateNote(run: Run__Output): string | undefined {
  const state = shortName("state", run.state);
  if (state === "SUCCEEDED") return undefined;
  return run.error === "" ? String(state) : `${state}: ${run.error}`;
}

/** σ̂ = √σ̂², with its error by the delta method. */
function deviation(variance: Estimate__Output | null | undefined) {
  if (variance?.estimate === undefined || variance.standardError === undefined) return undefined;
  const estimate = Math.sqrt(variance.estimate);
  return { estimate, standardError: estimate > 0 ? variance.standardError / (2 * estimate) : 0 };
}
