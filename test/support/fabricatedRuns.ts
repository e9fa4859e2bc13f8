import { quantileOf } from "../../client/reproduce/claims/centralLimitTheorem.ts";
import { exactOfRun } from "../../client/reproduce/networkRuns.ts";
import type { Run, Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { SimulationService } from "../../shared/wire/protocol.ts";
import { Random } from "./random.ts";

/** How fabricated runs differ from what the theory says. */
export interface Distortion {
  /** Added to λ. */
  readonly exponentShift?: number;
  /** The power of the depth by which the growth's variance rises; 1 in theory. */
  readonly variancePower?: number;
  /** Factor of σ². */
  readonly varianceFactor?: number;
  /** Added to skewness and excess kurtosis at every depth. */
  readonly shapeShift?: number;
  /** Factor of all replica counts: with few of them nothing can be told. */
  readonly replicaFactor?: number;
}

/** Bins of a histogram to each side of its mean, half a standard deviation wide each. */
const BINS = 24;

const { responseSerialize, responseDeserialize } = SimulationService.service.GetRun;

/**
 * Answers requests for runs as the theory predicts, with the noise that so many replicas have. It
 * stands in for hours of computing where only the judgement is tested.
 */
export function fabricated(runs: readonly Run[], distortion: Distortion = {}): Run__Output[] {
  return runs.map((run, i) => fabricate(run, i, new Random(Number(run.seed)), distortion));
}

function fabricate(run: Run, place: number, random: Random, distortion: Distortion): Run__Output {
  const { exponentShift = 0, variancePower = 1, varianceFactor = 1, shapeShift = 0 } = distortion;
  const asked = received({ ...run, name: `runs/${place}` });
  const exact = exactOfRun(asked);
  const depth = asked.network?.depth ?? 1;
  const replicas = Math.max(
    4,
    Math.round(Number(asked.stoppingRule?.replicaCount) * (distortion.replicaFactor ?? 1)),
  );
  const exponent = exact.lyapunovExponent + exponentShift;
  const checkpoints = asked.checkpointDepths.map((at) => {
    const layers = at ** variancePower;
    const noisy = varianceFactor * (1 + Math.sqrt(2 / replicas) * random.normal());
    const variance = exact.variance * layers * Math.abs(noisy);
    const mean = exponent * at + Math.sqrt(variance / replicas) * random.normal();
    const shape = { skewness: exact.thirdCumulant, kurtosis: exact.fourthCumulant };
    return {
      depth: at,
      survivorCount: String(replicas),
      mean,
      variance,
      skewness:
        shape.skewness / exact.variance ** 1.5 / Math.sqrt(at) +
        shapeShift +
        Math.sqrt(6 / replicas) * random.normal(),
      excessKurtosis:
        shape.kurtosis / exact.variance ** 2 / at +
        shapeShift +
        Math.sqrt(24 / replicas) * random.normal(),
      quantiles: [0.025, 0.25, 0.5, 0.75, 0.975].map((probability) => ({
        probability,
        value:
          mean +
          Math.sqrt(variance) *
            (quantileOf(exact, at, probability) + random.normal() / Math.sqrt(replicas)),
      })),
    };
  });
  const last = checkpoints.at(-1);
  const { mean = 0, variance = 1 } = last ?? {};
  const estimate = mean / depth;
  const standardError = Math.sqrt(variance / replicas) / depth;
  const error = (variance / depth) * Math.sqrt(2 / replicas);
  return received({
    ...run,
    name: `runs/${place}`,
    state: "RUN_STATE_SUCCEEDED",
    replicaCount: String(replicas),
    checkpoints: checkpoints.map((checkpoint) =>
      checkpoint === last
        ? { ...checkpoint, histogram: histogram(mean, Math.sqrt(variance), replicas) }
        : checkpoint,
    ),
    lyapunovExponent: {
      estimate,
      standardError,
      lower: estimate - 2 * standardError,
      upper: estimate + 2 * standardError,
      level: 0.95,
    },
    variance: {
      estimate: variance / depth,
      standardError: error,
      lower: variance / depth - 2 * error,
      upper: variance / depth + 2 * error,
      level: 0.95,
    },
  });
}

/** A histogram of a normal law. */
function histogram(mean: number, deviation: number, replicas: number) {
  const binWidth = deviation / 2;
  const middle = Math.round(mean / binWidth);
  const binIndexes = Array.from({ length: 2 * BINS + 1 }, (_, i) => middle - BINS + i);
  const binCounts = binIndexes.map((index) => {
    const z = ((index + 0.5) * binWidth - mean) / deviation;
    return Math.round((replicas * Math.exp((-z * z) / 2)) / 2 / Math.sqrt(2 * Math.PI));
  });
  return { binWidth, binIndexes: binIndexes.map(String), binCounts: binCounts.map(String) };
}

function received(run: Run): Run__Output {
  const response = responseDeserialize(responseSerialize({ run }));
  if (response.run === null) throw new Error("a run was sent and none arrived");
  return response.run;
}
