import Table from "cli-table3";

import { shortName } from "../shared/wire/enumerations.ts";
import type { Estimate__Output } from "../shared/wire/generated/lyapunov/v1/Estimate.ts";
import type { Run__Output } from "../shared/wire/generated/lyapunov/v1/Run.ts";
import { ABSENT, fixed, gainLabel, withError } from "./numbers.ts";
import { depthOfFactor1000, exponentOf, varianceOf, verdict } from "./verdict.ts";

/** One run for people, a fact a line. */
export function runDetails(run: Run__Output): string {
  const { network } = run;
  const extinct = run.lyapunovExponent?.extinct === true;
  const exact = extinct ? run.exact?.survivors : run.exact;
  const ofSurvivors = extinct ? " of survivors" : "";
  const table = new Table({ style: { head: [], border: [], compact: true } });
  table.push(
    ["run", `${run.name}, ${shortName("state", run.state)}`],
    [
      "network",
      `${shortName("weights", network?.weights)}, width ${network?.width}, depth ${network?.depth}, ` +
        `negative slope ${network?.negativeSlope}, gain ${network?.gain} (${gainLabel(run)})`,
    ],
    [
      "replicas",
      `${run.replicaCount} in ${run.shardCount} ${run.shardCount === 1 ? "shard" : "shards"}; ${shortName("sampling", run.sampling)}, ` +
        `${shortName("backend", run.backend)}, seed ${run.seed}`,
    ],
  );
  if (extinct) {
    table.push([
      "extinct",
      `${run.extinctCount} replicas: λ = −∞; what follows is of those that survived`,
    ]);
  }
  table.push(
    [`λ${ofSurvivors}`, estimateLine(exponentOf(run), exact?.lyapunovExponent)],
    [`σ²${ofSurvivors}`, estimateLine(varianceOf(run), exact?.variance)],
    [`critical gain${ofSurvivors}`, fixed(exact?.criticalGain, 6)],
    ["factor 1000", factorLine(run)],
    ["verdict", verdict(run)],
  );
  if (run.error !== "") table.push(["error", run.error]);
  return table.toString();
}

function estimateLine(
  estimate: Estimate__Output | null | undefined,
  exact: number | undefined,
): string {
  if (estimate?.lower === undefined || estimate.upper === undefined) return "too few replicas";
  const interval =
    `${estimate.level * 100} % in [${fixed(estimate.lower, 6)}, ${fixed(estimate.upper, 6)}] ` +
    `(${estimate.method})`;
  const comparison =
    exact === undefined ? "" : `; exact ${fixed(exact, 6)}, z ${fixed(estimate.z, 2)}`;
  return `${withError(estimate.estimate, estimate.standardError)}, ${interval}${comparison}`;
}

function factorLine(run: Run__Output): string {
  const depth = depthOfFactor1000(run);
  if (depth === undefined) return exponentOf(run)?.estimate === undefined ? ABSENT : "never";
  const verb = (exponentOf(run)?.estimate ?? 0) < 0 ? "lost" : "gained";
  return `${verb} by the typical network after ${depth.toLocaleString("en-US")} layers`;
}
