import type { RunJson } from "../wire/json.ts";

/** An estimate as JSON has it. */
type EstimateJson = NonNullable<RunJson["lyapunovExponent"]>;

/** A number with its interval, whose ends are missing where there are too few seeds for one. */
export interface Measured {
  readonly estimate: number;
  readonly lower: number | undefined;
  readonly upper: number | undefined;
}

/** How an arm stands after a number of steps. */
export interface CurvePoint {
  readonly step: number;
  readonly medianTestLoss: Measured | undefined;
  readonly bestMedianTestLoss: Measured | undefined;
  readonly medianTrainingLoss: Measured | undefined;
  /** Quantiles of the losses by their probabilities. */
  readonly testLossQuantiles: ReadonlyMap<number, number>;
  readonly trainingLossQuantiles: ReadonlyMap<number, number>;
}

/** One arm of a study: a training of one initialization with one setting. */
export interface Arm {
  /** Name of the run. */
  readonly run: string;
  readonly initialization: string;
  readonly task: string;
  readonly optimizer: string;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly stepCount: number;
  /** Number of trainings that are summed up. */
  readonly seedCount: number;
  /** Coverage of its intervals. */
  readonly level: number;
  /** Whether all of its trainings are summed up. */
  readonly isComplete: boolean;
  /** The median test loss of the best 80 % of seeds, after the last step. */
  readonly bestMedianTestLoss: Measured | undefined;
  /** The median test loss of all seeds, after the last step. */
  readonly medianTestLoss: Measured | undefined;
  readonly divergedShare: Measured | undefined;
  readonly stuckShare: Measured | undefined;
  /** The learning curve; empty where the answer that told of the run leaves it out. */
  readonly curve: readonly CurvePoint[];
}

/** Reads a run as an arm of a study; undefined if it is no training. */
export function armOf(run: RunJson): Arm | undefined {
  const { training, trainingCheckpoints = [], estimates = {} } = run;
  if (training === undefined) return undefined;
  return {
    run: run.name,
    initialization: initializationOf(run),
    task: training.task ?? "",
    optimizer: training.optimizer ?? "",
    learningRate: training.learningRate,
    weightDecay: training.weightDecay,
    stepCount: training.stepCount,
    seedCount: Number(run.replicaCount),
    level: run.level,
    isComplete: run.state === "SUCCEEDED",
    bestMedianTestLoss: measured(estimates["bestMedianTestLoss"]),
    medianTestLoss: measured(estimates["medianTestLoss"]),
    divergedShare: measured(estimates["divergedShare"]),
    stuckShare: measured(estimates["stuckShare"]),
    curve: trainingCheckpoints.map((checkpoint) => ({
      step: checkpoint.step,
      medianTestLoss: measured(checkpoint.medianTestLoss),
      bestMedianTestLoss: measured(checkpoint.bestMedianTestLoss),
      medianTrainingLoss: measured(checkpoint.medianTrainingLoss),
      testLossQuantiles: quantiles(checkpoint.testLossQuantiles),
      trainingLossQuantiles: quantiles(checkpoint.trainingLossQuantiles),
    })),
  };
}

/** The name that the study gave to the initialization, or else what it is. */
function initializationOf({ displayName, network, training }: RunJson): string {
  if (displayName !== "" || network === null) return displayName;
  const gain = network.namedGain ?? String(network.gain);
  const candidates = training?.candidateCount ?? 1;
  return `${network.weights} ${gain}${candidates > 1 ? `, best of ${candidates}` : ""}`;
}

function measured(estimate: EstimateJson | null | undefined): Measured | undefined {
  const value = estimate?.estimate ?? undefined;
  if (value === undefined) return undefined;
  return {
    estimate: value,
    lower: estimate?.lower ?? undefined,
    upper: estimate?.upper ?? undefined,
  };
}

function quantiles(
  values: readonly { readonly probability: number; readonly value: number }[],
): ReadonlyMap<number, number> {
  return new Map(values.map(({ probability, value }) => [probability, value]));
}
