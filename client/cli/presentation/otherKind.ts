import { computationFacts } from "./computationFacts.ts";
import { count, counted } from "../../../shared/text/counts.ts";
import { ABSENT, given, interval, percent, withError } from "../../../shared/text/numbers.ts";
import { fittedFacts, fittedTable, type Fact, type TableColumn } from "./fittedTable.ts";
import { shortName } from "../../../shared/wire/enumerations.ts";
import type { Estimate__Output } from "../../../shared/wire/generated/lyapunov/v1/Estimate.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { structToJson } from "../../../shared/wire/struct.ts";
import { hasEnded, stateOf } from "../../../shared/wire/runStates.ts";
import { isTraining, trainingLabel } from "./trainingText.ts";
import { chosenFacts, isSamplingInitialization, samplingLabel } from "./samplingText.ts";
import { titled } from "./sweepHeading.ts";
import { hasMissedTarget, targetText } from "./targetText.ts";

/**
 * True if the run is of a kind that this command does not know: it has then what all kinds have. So
 * has a run whose record is damaged, of which nothing is known.
 */
export function isOtherKind({ kind, network, state }: Run__Output): boolean {
  if (network === null && shortName("state", state) === "FAILED") return true;
  return (shortName("kind", kind) ?? "propagation") !== "propagation";
}

/** True if nothing is known of the run but its name: its record is damaged, or gone. */
export function isLost({ kind, network, state }: Run__Output): boolean {
  const isFailed = shortName("state", state) === "FAILED";
  return isFailed && network === null && shortName("kind", kind) === undefined;
}

/** `kind 1000: bias 0.3, tosses 100000`; what a training trains, and how. */
export function parametersLabel(run: Run__Output): string {
  if (isTraining(run)) return trainingLabel(run);
  if (isSamplingInitialization(run)) return samplingLabel(run);
  const parameters = Object.entries(structToJson(run.parameters)).map(
    ([name, value]) => `${name} ${parameterText(value)}`,
  );
  const kind = `kind ${shortName("kind", run.kind) ?? ABSENT}`;
  return parameters.length === 0 ? kind : `${kind}: ${parameters.join(", ")}`;
}

/** Formats one run of a kind that this command does not know, a fact a line. */
export function otherKindDetails(run: Run__Output, limit = Infinity): string {
  const table: Fact[] = [];
  table.push(
    ["run", `${titled(run)}, ${shortName("state", run.state)}`],
    ["requested", parametersLabel(run)],
    [
      "replicas",
      `${count(run.replicaCount)} in ${counted(run.shardCount, "shard")}; ${shortName("backend", run.backend) ?? ABSENT}, seed ${run.seed}`,
    ],
    ...(isSamplingInitialization(run) ? chosenFacts(run) : []),
    ...Object.entries(run.estimates).map(
      ([name, estimate]) => [name, estimateLine(estimate)] as const,
    ),
  );
  table.push(...computationFacts(run));
  if (run.targetMet !== undefined) {
    table.push(["target", `${run.targetMet ? "met" : "missed"}: ${targetText(run)}`]);
  }
  if (run.error !== "") table.push([hasEnded(stateOf(run)) ? "error" : "waiting", run.error]);
  return fittedFacts(table, limit);
}

/**
 * Formats runs of a sweep of a kind that this command does not know, a run a row.
 *
 * @param limit columns of the terminal; the parameters and the estimates stay columns longest
 * @param named whether it begins with the runs' names
 */
export function otherKindTable(
  runs: readonly Run__Output[],
  limit = Infinity,
  named = false,
): string {
  const names = [...new Set(runs.flatMap(({ estimates }) => Object.keys(estimates)))];
  const estimates = names.map((name): TableColumn<Run__Output> => ({
    head: name,
    importance: 2,
    cell: (run) => {
      const estimate = run.estimates[name];
      return withError(estimate?.estimate, estimate?.standardError);
    },
  }));
  return fittedTable(
    [
      ...(named ? [NAME] : []),
      { head: "requested", importance: 1, cell: parametersLabel },
      { head: "replicas", importance: 3, cell: ({ replicaCount }) => count(replicaCount) },
      ...estimates,
      { head: "state", importance: 4, cell: stateText },
    ],
    runs,
    limit,
  );
}

const NAME: TableColumn<Run__Output> = { head: "run", importance: 1, cell: ({ name }) => name };

/** The run's state, with what went wrong: `SUCCEEDED, target missed`, `FAILED: shard 3 …`. */
function stateText(run: Run__Output): string {
  const state = shortName("state", run.state) ?? ABSENT;
  if (run.error !== "") return `${state}: ${run.error}`;
  return hasMissedTarget(run) ? `${state}, target missed` : state;
}

function estimateLine(estimate: Estimate__Output): string {
  if (estimate.lower === undefined || estimate.upper === undefined) return "too few replicas";
  return (
    `${withError(estimate.estimate, estimate.standardError)}, ${percent(estimate.level)} in ` +
    `${interval(estimate.lower, estimate.upper, estimate.standardError, estimate.estimate)} (${estimate.method})`
  );
}

function parameterText(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" ? given(value) : JSON.stringify(value);
}
