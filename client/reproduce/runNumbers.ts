import type { Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { runToJson } from "../../shared/wire/json.ts";

type RunJson = ReturnType<typeof runToJson>;
type EstimateJson = RunJson["lyapunovExponent"];

/**
 * What a report keeps of a run as data: what it was asked, and the numbers that it found. Histograms,
 * quantiles and learning curves are in the figures, and would be most of the file.
 */
export function runNumbers(run: Run__Output) {
  const json = runToJson(run);
  const { checkpoints, trainingCheckpoints = [], estimates = {} } = json;
  return {
    displayName: json.displayName,
    kind: json.kind,
    network: json.network,
    ...(json.training && { training: { ...json.training, checkpointSteps: undefined } }),
    seed: json.seed,
    sampling: json.sampling,
    backend: json.backend,
    level: json.level,
    replicaCount: json.replicaCount,
    extinctCount: json.extinctCount,
    lyapunovExponent: bare(json.lyapunovExponent),
    variance: bare(json.variance),
    ...(Object.keys(estimates).length > 0 && { estimates }),
    ...(checkpoints.length > 1 && {
      checkpoints: checkpoints.map(({ depth, mean, variance, skewness, excessKurtosis }) => ({
        depth,
        mean,
        variance,
        skewness,
        excessKurtosis,
      })),
    }),
    ...(trainingCheckpoints.length > 0 && { lastCheckpoint: trainingCheckpoints.at(-1) }),
  };
}

/** An estimate without what is the same in all runs. */
function bare(estimate: EstimateJson) {
  if (!estimate) return null;
  const { estimate: value, standardError, lower, upper } = estimate;
  return { estimate: value, standardError, lower, upper };
}
