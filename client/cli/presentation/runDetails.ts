import Table from "cli-table3";

import { shortName } from "../../../shared/wire/enumerations.ts";
import type { Estimate__Output } from "../../../shared/wire/generated/lyapunov/v1/Estimate.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { hasEnded, stateOf } from "../../../shared/wire/runStates.ts";
import { ABSENT, fixed, significant, withError } from "../../../shared/charts/formats.ts";
import { gainLabel, weightsLabel } from "../../../shared/charts/networkLabels.ts";
import { duration } from "./progressBar.ts";
import { titled } from "./sweepHeading.ts";
import {
  depthOfFactor1000,
  exponentOf,
  varianceOf,
  verdict,
} from "../../../shared/charts/verdict.ts";

/** Formats one run for people, a fact a line. */
export function runDetails(run: Run__Output): string {
  const { network } = run;
  const extinct = run.lyapunovExponent?.extinct === true;
  const exact = extinct ? run.exact?.survivors : run.exact;
  const ofSurvivors = extinct ? " of survivors" : "";
  const table = new Table({ style: { head: [], border: [], compact: true } });
  table.push(
    ["run", `${titled(run)}, ${shortName("state", run.state)}`],
    [
      "network",
      `${weightsLabel(run)}, width ${network?.width}, depth ${network?.depth}, ` +
        `negative slope ${network?.negativeSlope}, gain ${gainText(run)}`,
    ],
    [
      "replicas",
      `${run.replicaCount} in ${run.shardCount} ${run.shardCount === 1 ? "shard" : "shards"}; ${shortName("sampling", run.sampling)}, ` +
        `${shortName("backend", run.backend)}, seed ${run.seed}`,
    ],
  );
  if (!hasEnded(stateOf(run))) table.push(["progress", progressLine(run)]);
  if (extinct) {
    table.push([
      "extinct",
      `${run.extinctCount} replicas: λ = −∞; the rest describes the survivors`,
    ]);
  }
  table.push(
    [`λ${ofSurvivors}`, estimateLine(exponentOf(run), exact?.lyapunovExponent)],
    [`σ²${ofSurvivors}`, estimateLine(varianceOf(run), exact?.variance)],
    [`critical gain${ofSurvivors}`, significant(exact?.criticalGain)],
    ["factor 1000", factorLine(run)],
    ["verdict", verdict(run)],
  );
  if (run.error !== "") {
    table.push([hasEnded(stateOf(run)) ? "error" : "waiting", run.error]);
  }
  return table.toString();
}

function gainText(run: Run__Output): string {
  const [label, number] = [gainLabel(run), String(run.network?.gain)];
  return label === number ? number : `${number} (${label})`;
}

/** Formats how far the work has come, and the estimate from all shards that have arrived. */
function progressLine({ progress }: Run__Output): string {
  if (!progress) return ABSENT;
  const { completedShardCount, plannedShardCount, leasedShardCount, remainingSeconds } = progress;
  const live = progress.liveLyapunovExponent;
  return [
    `${completedShardCount} of ${plannedShardCount} shards, ${leasedShardCount} with workers`,
    ...(remainingSeconds === undefined ? [] : [`${duration(remainingSeconds)} left`]),
    ...(live?.estimate === undefined
      ? []
      : [`λ̂ so far ${withError(live.estimate, live.standardError)}`]),
  ].join("; ");
}

function estimateLine(
  estimate: Estimate__Output | null | undefined,
  exact: number | undefined,
): string {
  if (estimate?.lower === undefined || estimate.upper === undefined) return "too few replicas";
  const interval =
    `${estimate.level * 100} % in [${significant(estimate.lower)}, ${significant(estimate.upper)}] ` +
    `(${estimate.method})`;
  const comparison =
    exact === undefined ? "" : `; exact ${significant(exact)}, z ${fixed(estimate.z, 2)}`;
  return `${withError(estimate.estimate, estimate.standardError)}, ${interval}${comparison}`;
}

function factorLine(run: Run__Output): string {
  const depth = depthOfFactor1000(run);
  if (depth === undefined) return exponentOf(run)?.estimate === undefined ? ABSENT : "never";
  const verb = (exponentOf(run)?.estimate ?? 0) < 0 ? "lost" : "gained";
  const layers = depth === 1 ? "1 layer" : `${depth.toLocaleString("en-US")} layers`;
  return `${verb} by the typical network after ${layers}`;
}
