import { shortName } from "../../../shared/wire/enumerations.ts";
import type { Estimate__Output } from "../../../shared/wire/generated/lyapunov/v1/Estimate.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { hasEnded, stateOf } from "../../../shared/wire/runStates.ts";
import { count, counted, remainingText } from "../../../shared/text/counts.ts";
import {
  ABSENT,
  exactBeside,
  fixed,
  given,
  interval,
  percent,
  significant,
  withError,
} from "../../../shared/text/numbers.ts";
import { computationFacts } from "./computationFacts.ts";
import { fittedFacts, type Fact } from "./fittedTable.ts";
import { gainLabel, weightsLabel } from "../../../shared/charts/networkLabels.ts";
import { titled } from "./sweepHeading.ts";
import { targetText } from "./targetText.ts";
import { times } from "../../../shared/text/times.ts";
import {
  depthOfFactor1000,
  exponentOf,
  spreadOf,
  varianceOf,
  verdict,
} from "../../../shared/charts/verdict.ts";

/** Formats one run for people, a fact a line. */
export function runDetails(run: Run__Output, limit = Infinity): string {
  const { network } = run;
  const extinct = run.lyapunovExponent?.extinct === true;
  const exact = extinct ? run.exact?.survivors : run.exact;
  const ofSurvivors = extinct ? " of survivors" : "";
  const table: Fact[] = [];
  table.push(
    ["run", `${titled(run)}, ${shortName("state", run.state)}`],
    [
      "network",
      `${weightsLabel(run)}, width ${network?.width}, depth ${network?.depth}, ` +
        `negative slope ${given(network?.negativeSlope)}, gain ${gainText(run)}`,
    ],
    [
      "replicas",
      `${count(run.replicaCount)} in ${counted(run.shardCount, "shard")}; ${shortName("sampling", run.sampling)}, ` +
        `${shortName("backend", run.backend)}, seed ${run.seed}`,
    ],
  );
  table.push(...computationFacts(run));
  if (run.burnIn > 0) {
    table.push(["burn-in", burnInText(run.burnIn)]);
  } else if (run.withoutBurnIn) {
    table.push(["burn-in", "none: the growth of the first layers, which differs, counts too"]);
  }
  if (!hasEnded(stateOf(run))) table.push(["progress", progressLine(run)]);
  if (extinct) {
    table.push([
      "extinct",
      `${count(run.extinctCount)} replicas: λ = −∞; the rest describes the survivors`,
    ]);
  }
  table.push(
    [`λ${ofSurvivors}`, estimateLine(exponentOf(run), exact?.lyapunovExponent)],
    [`σ²${ofSurvivors}`, estimateLine(varianceOf(run), exact?.variance)],
    [`critical gain${ofSurvivors}`, criticalGainLine(run, exact?.criticalGain)],
    [extinct ? "typical survivor" : "typical network", spreadLine(run)],
    ["factor 1000", factorLine(run)],
    ["verdict", verdict(run)],
  );
  const target = targetText(run);
  if (target !== "" && run.targetMet !== undefined) {
    table.push(["target", `${run.targetMet ? "met" : "missed"}: ${target}`]);
  }
  if (run.error !== "") {
    table.push([hasEnded(stateOf(run)) ? "error" : "waiting", run.error]);
  }
  return fittedFacts(table, limit);
}

function burnInText(burnIn: number): string {
  return `the growth of the first ${burnIn === 1 ? "layer" : `${burnIn} layers`} is left out`;
}

function gainText(run: Run__Output): string {
  const [label, number] = [gainLabel(run), given(run.network?.gain)];
  const calibration = run.network?.gainCalibration;
  if (calibration) {
    const found = withError(run.network?.gain, calibration.standardError);
    return `${found} (${label}, found by ${calibration.run})`;
  }
  return label === number ? number : `${number} (${label})`;
}

/** Formats how far the work has come, and the estimate from all shards that have arrived. */
function progressLine({ progress }: Run__Output): string {
  if (!progress) return ABSENT;
  const { completedShardCount, plannedShardCount, leasedShardCount, remainingSeconds } = progress;
  const live = progress.liveLyapunovExponent;
  return [
    `${count(completedShardCount)} of ${counted(plannedShardCount, "shard")}, ` +
      `${count(leasedShardCount)} with workers`,
    ...(remainingSeconds === undefined
      ? []
      : [remainingText(remainingSeconds, progress.targetOutOfReach)]),
    ...(live?.estimate === undefined
      ? []
      : [`λ̂ so far ${withError(live.estimate, live.standardError)}`]),
  ].join("; ");
}

function estimateLine(
  estimate: Estimate__Output | null | undefined,
  exact: number | undefined,
): string {
  if (estimate?.lower === undefined || estimate.upper === undefined) return unknownLine(exact);
  const range =
    `${percent(estimate.level)} in ` +
    `${interval(estimate.lower, estimate.upper, estimate.standardError, estimate.estimate)} (${estimate.method})`;
  const comparison =
    exact === undefined
      ? ""
      : `; exact ${exactBeside(exact, estimate.standardError)}, z ${fixed(estimate.z, 2)}`;
  return `${withError(estimate.estimate, estimate.standardError)}, ${range}${comparison}`;
}

/** What stands for an estimate that there is not. */
function unknownLine(exact: number | undefined): string {
  return exact === undefined ? "too few replicas" : `too few replicas; exact ${significant(exact)}`;
}

/** The gain at which λ is zero, as this run knows it; from earlier coordinators, as theory does. */
function criticalGainLine(run: Run__Output, exact: number | undefined): string {
  return run.criticalGain?.estimate === undefined
    ? unknownLine(exact)
    : estimateLine(run.criticalGain, exact);
}

/** What the typical network is multiplied by, and its neighbours. */
function spreadLine(run: Run__Output): string {
  const spread = spreadOf(run);
  if (spread === undefined) return "too few replicas";
  const { median, middleHalf, middleNineTenths, layerCount, method } = spread;
  const ends = `ends at ${times(median)} after ${counted(layerCount, "layer")}`;
  if (middleHalf === undefined || middleNineTenths === undefined) return ends;
  if (middleNineTenths[0] === middleNineTenths[1]) return `${ends}; all are alike`;
  const source = method === "sketch" ? "as seen" : "about, by the normal law";
  return (
    `${ends}; half of all at ${rangeText(middleHalf)}, ` +
    `nine tenths at ${rangeText(middleNineTenths)} (${source})`
  );
}

function rangeText([lower, upper]: readonly [number, number]): string {
  return `${times(lower)} to ${times(upper)}`;
}

/** Depths at which networks have lost a factor 1000, or the typical one has gained it. */
function factorLine(run: Run__Output): string {
  const { estimate } = exponentOf(run) ?? {};
  const { halfLostDepth, nineTenthsLostDepth } = run.spread ?? {};
  const typical = depthOfFactor1000(run);
  const gained =
    typical !== undefined && (estimate ?? 0) > 0
      ? [`gained by the typical network after ${counted(typical, "layer")}`]
      : [];
  const lost = [
    ...(halfLostDepth === undefined
      ? []
      : [`half of all networks after ${counted(halfLostDepth, "layer")}`]),
    ...(nineTenthsLostDepth === undefined
      ? []
      : [`nine tenths after ${counted(nineTenthsLostDepth, "layer")}`]),
  ];
  if (lost.length > 0) return [`lost by about ${lost.join(", by ")}`, ...gained].join("; ");
  if (gained.length > 0) return gained.join();
  if (typical !== undefined) {
    return `lost by the typical network after ${counted(typical, "layer")}`;
  }
  return estimate === undefined ? ABSENT : "not lost by half of all networks at any depth";
}
