import Table from "cli-table3";

import { ABSENT, significant, withError } from "../../../shared/charts/formats.ts";
import { shortName } from "../../../shared/wire/enumerations.ts";
import type { Estimate__Output } from "../../../shared/wire/generated/lyapunov/v1/Estimate.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { structToJson } from "../../../shared/wire/struct.ts";
import { hasEnded, stateOf } from "../../../shared/wire/runStates.ts";
import { titled } from "./sweepHeading.ts";

/**
 * True if the run is of a kind that this command does not know: it has then what all kinds have. So
 * has a run whose record is damaged, of which nothing is known.
 */
export function isOtherKind({ kind, network, state }: Run__Output): boolean {
  if (network === null && shortName("state", state) === "FAILED") return true;
  return (shortName("kind", kind) ?? "propagation") !== "propagation";
}

/** `kind 1000: bias 0.3, tosses 100000`. */
export function parametersLabel(run: Run__Output): string {
  const parameters = Object.entries(structToJson(run.parameters)).map(
    ([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const kind = `kind ${shortName("kind", run.kind) ?? ABSENT}`;
  return parameters.length === 0 ? kind : `${kind}: ${parameters.join(", ")}`;
}

/** Formats one run of a kind that this command does not know, a fact a line. */
export function otherKindDetails(run: Run__Output): string {
  const table = new Table({ style: { head: [], border: [], compact: true } });
  const shards = `${run.shardCount} ${run.shardCount === 1 ? "shard" : "shards"}`;
  table.push(
    ["run", `${titled(run)}, ${shortName("state", run.state)}`],
    ["requested", parametersLabel(run)],
    [
      "replicas",
      `${run.replicaCount} in ${shards}; ${shortName("backend", run.backend) ?? ABSENT}, seed ${run.seed}`,
    ],
    ...Object.entries(run.estimates).map(([name, estimate]) => [name, estimateLine(estimate)]),
  );
  if (run.error !== "") table.push([hasEnded(stateOf(run)) ? "error" : "waiting", run.error]);
  return table.toString();
}

/** Formats runs of a sweep of a kind that this command does not know, a run a row; see sweepText. */
export function otherKindTable(runs: readonly Run__Output[], named = false): string {
  const names = [...new Set(runs.flatMap(({ estimates }) => Object.keys(estimates)))];
  const table = new Table({
    head: [...(named ? ["run"] : []), "requested", "replicas", ...names, "state"],
    style: { head: [], border: [], compact: true },
  });
  for (const run of runs) {
    const cells = names.map((name) => {
      const estimate = run.estimates[name];
      return withError(estimate?.estimate, estimate?.standardError);
    });
    const state = shortName("state", run.state) ?? ABSENT;
    table.push([
      ...(named ? [run.name] : []),
      parametersLabel(run),
      run.replicaCount,
      ...cells,
      run.error === "" ? state : `${state}: ${run.error}`,
    ]);
  }
  return table.toString();
}

function estimateLine(estimate: Estimate__Output): string {
  if (estimate.lower === undefined || estimate.upper === undefined) return "too few replicas";
  return (
    `${withError(estimate.estimate, estimate.standardError)}, ${estimate.level * 100} % in ` +
    `[${significant(estimate.lower)}, ${significant(estimate.upper)}] (${estimate.method})`
  );
}
