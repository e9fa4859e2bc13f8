import { computationLines } from "../../shared/text/computations.ts";
import { SPREAD_PROBABILITIES } from "../../shared/theory/spread.ts";
import { shortName } from "../../shared/wire/enumerations.ts";
import type { CheckpointEstimate__Output } from "../../shared/wire/generated/lyapunov/v1/CheckpointEstimate.ts";
import type { Estimate__Output } from "../../shared/wire/generated/lyapunov/v1/Estimate.ts";
import type { Quantile__Output } from "../../shared/wire/generated/lyapunov/v1/Quantile.ts";
import type { Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Training__Output } from "../../shared/wire/generated/lyapunov/v1/Training.ts";
import type { TrainingCheckpoint__Output } from "../../shared/wire/generated/lyapunov/v1/TrainingCheckpoint.ts";
import type { Timestamp__Output } from "../../shared/wire/generated/google/protobuf/Timestamp.ts";
import { estimatesToJson } from "../../shared/wire/json.ts";
import { structToJson } from "../../shared/wire/struct.ts";
import { timestampToJson } from "../../shared/wire/timestamps.ts";

/** Types of columns; every cell may be empty. */
export type ColumnType = "text" | "integer" | "number" | "boolean" | "time";
export type Cell = string | number | boolean | Date | null;

/** A row of an export: a run at one of its checkpoints, or a run that has none yet. */
export interface ExportRow {
  readonly run: Run__Output;
  readonly checkpoint?: CheckpointEstimate__Output;
  /** The checkpoint of a training. */
  readonly trained?: TrainingCheckpoint__Output;
}

export interface Column {
  /** The path of the field in the message Run, as docs/export.md has it. */
  readonly name: string;
  readonly type: ColumnType;
  readonly cell: (row: ExportRow) => Cell;
}

/** The rows of runs, in the order of the runs; the checkpoints of each ascend by depth, or by step. */
export function exportRows(runs: readonly Run__Output[]): ExportRow[] {
  return runs.flatMap((run): ExportRow[] => {
    const { checkpoints, trainingCheckpoints } = run;
    if (trainingCheckpoints.length > 0) {
      return trainingCheckpoints.map((trained) => ({ run, trained }));
    }
    return checkpoints.length === 0
      ? [{ run }]
      : checkpoints.map((checkpoint) => ({ run, checkpoint }));
  });
}

type Value = string | number | boolean | null | undefined;

function ofRun(name: string, type: ColumnType, value: (run: Run__Output) => Value | Date): Column {
  return { name, type, cell: ({ run }) => cellOf(type, value(run)) };
}

function ofCheckpoint(
  name: string,
  type: ColumnType,
  value: (checkpoint: CheckpointEstimate__Output) => Value,
): Column {
  return {
    name: `checkpoint_${name}`,
    type,
    cell: ({ checkpoint }) => cellOf(type, checkpoint && value(checkpoint)),
  };
}

function ofTrained(
  name: string,
  type: ColumnType,
  value: (trained: TrainingCheckpoint__Output) => Value,
): Column {
  return {
    name: `training_checkpoint_${name}`,
    type,
    cell: ({ trained }) => cellOf(type, trained && value(trained)),
  };
}

function ofTraining(
  name: string,
  type: ColumnType,
  value: (training: Training__Output) => Value,
): Column {
  return ofRun(`training_${name}`, type, ({ training }) => training && value(training));
}

/** Converts a value to a cell. Counts come as texts; they are below 2⁵³, unlike seeds. */
function cellOf(type: ColumnType, value: Value | Date): Cell {
  if (value === undefined || value === null || value === "") return null;
  return type === "integer" ? Number(value) : value;
}

function ofEstimate(
  prefix: string,
  estimate: (run: Run__Output) => Estimate__Output | null | undefined,
): Column[] {
  const column = (name: string, type: ColumnType, value: (of: Estimate__Output) => Value) =>
    ofRun(`${prefix}_${name}`, type, (run) => {
      const known = estimate(run);
      return known && value(known);
    });
  return [
    column("estimate", "number", (of) => of.estimate),
    column("standard_error", "number", (of) => of.standardError),
    column("lower", "number", (of) => of.lower),
    column("upper", "number", (of) => of.upper),
    column("method", "text", (of) => of.method),
    column("extinct", "boolean", (of) => of.extinct),
    column("z", "number", (of) => of.z),
  ];
}

const EXPONENTS = [
  ["lyapunov_exponent", "lyapunovExponent"],
  ["variance", "variance"],
  ["critical_gain", "criticalGain"],
  ["third_cumulant", "thirdCumulant"],
  ["fourth_cumulant", "fourthCumulant"],
] as const;

const QUANTILES = [0.025, 0.25, 0.5, 0.75, 0.975];

const TRAINED_ESTIMATES = [
  ["median_test_loss", "medianTestLoss"],
  ["best_median_test_loss", "bestMedianTestLoss"],
  ["median_training_loss", "medianTrainingLoss"],
  ["diverged_share", "divergedShare"],
  ["stuck_share", "stuckShare"],
] as const;

const TRAINED_QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];

/** The columns of an export, in order. New ones are added only at the end. */
export const COLUMNS: readonly Column[] = [
  ofRun("name", "text", (run) => run.name),
  ofRun("state", "text", (run) => shortName("state", run.state)),
  ofRun("display_name", "text", (run) => run.displayName),
  ofRun("sweep", "text", (run) => run.sweep),
  ofRun("error", "text", (run) => run.error),
  ofRun("create_time", "time", (run) => dateOf(run.createTime)),
  ofRun("end_time", "time", (run) => dateOf(run.endTime)),

  ofRun("width", "integer", (run) => run.network?.width),
  ofRun("depth", "integer", (run) => run.network?.depth),
  ofRun("negative_slope", "number", (run) => run.network?.negativeSlope),
  ofRun("weights", "text", (run) => shortName("weights", run.network?.weights)),
  ofRun("degrees_of_freedom", "number", (run) => run.network?.degreesOfFreedom),
  ofRun("density", "number", (run) => run.network?.density),
  ofRun("gain", "number", (run) => run.network?.gain),
  ofRun("named_gain", "text", (run) => shortName("namedGain", run.network?.namedGain)),
  ofRun("seed", "text", (run) => run.seed),
  ofRun("sampling", "text", (run) => shortName("sampling", run.sampling)),
  ofRun("backend", "text", (run) => shortName("backend", run.backend)),
  ofRun("burn_in", "integer", (run) => run.burnIn),
  ofRun("level", "number", (run) => run.level),
  ofRun("stopping_rule_replica_count", "integer", (run) => run.stoppingRule?.replicaCount),
  ofRun(
    "stopping_rule_precision_lyapunov_exponent",
    "number",
    (run) => run.stoppingRule?.precision?.lyapunovExponent,
  ),
  ofRun(
    "stopping_rule_precision_variance",
    "number",
    (run) => run.stoppingRule?.precision?.variance,
  ),
  ofRun(
    "stopping_rule_precision_minimum_replica_count",
    "integer",
    (run) => run.stoppingRule?.precision?.minimumReplicaCount,
  ),
  ofRun(
    "stopping_rule_precision_maximum_replica_count",
    "integer",
    (run) => run.stoppingRule?.precision?.maximumReplicaCount,
  ),

  ofRun("replica_count", "integer", (run) => run.replicaCount),
  ofRun("extinct_count", "integer", (run) => run.extinctCount),
  ofRun("shard_count", "integer", (run) => run.shardCount),
  ...ofEstimate("lyapunov_exponent", (run) => run.lyapunovExponent),
  ...ofEstimate("variance", (run) => run.variance),
  ...ofEstimate("survivors_lyapunov_exponent", (run) => run.survivors?.lyapunovExponent),
  ...ofEstimate("survivors_variance", (run) => run.survivors?.variance),
  ofRun("survivors_survival_ratio", "number", (run) => run.survivors?.survivalRatio),

  ...EXPONENTS.map(([name, key]) => ofRun(`exact_${name}`, "number", (run) => run.exact?.[key])),
  ofRun("exact_extinct", "boolean", (run) => run.exact?.extinct),
  ofRun("exact_extinction_probability", "number", (run) => run.exact?.extinctionProbability),
  ...EXPONENTS.map(([name, key]) =>
    ofRun(`exact_survivors_${name}`, "number", (run) => run.exact?.survivors?.[key]),
  ),

  ofCheckpoint("depth", "integer", ({ depth }) => depth),
  ofCheckpoint("survivor_count", "integer", ({ survivorCount }) => survivorCount),
  ofCheckpoint("extinct_count", "integer", ({ extinctCount }) => extinctCount),
  ofCheckpoint("mean", "number", ({ mean }) => mean),
  ofCheckpoint("variance", "number", ({ variance }) => variance),
  ofCheckpoint("skewness", "number", ({ skewness }) => skewness),
  ofCheckpoint("excess_kurtosis", "number", ({ excessKurtosis }) => excessKurtosis),
  ...QUANTILES.map((probability) =>
    ofCheckpoint(
      `quantile_${String(probability).replace(".", "_")}`,
      "number",
      ({ quantiles }) => quantiles.find((quantile) => quantile.probability === probability)?.value,
    ),
  ),

  ofRun("kind", "text", (run) => shortName("kind", run.kind)),
  ofRun("parameters", "text", ({ parameters }) => jsonText(structToJson(parameters))),
  ofRun("estimates", "text", ({ estimates }) => jsonText(estimatesToJson(estimates))),

  ...ofEstimate("critical_gain", (run) => run.criticalGain),
  ofRun("target_met", "boolean", (run) => run.targetMet),
  ofRun("gain_calibration_run", "text", (run) => run.network?.gainCalibration?.run),
  ofRun(
    "gain_calibration_standard_error",
    "number",
    (run) => run.network?.gainCalibration?.standardError,
  ),
  ofRun("spread_layer_count", "integer", (run) => run.spread?.layerCount),
  ...SPREAD_PROBABILITIES.map((probability) =>
    ofRun(
      `spread_growth_quantile_${String(probability).replace(".", "_")}`,
      "number",
      ({ spread }) =>
        spread?.growthQuantiles.find((quantile) => quantile.probability === probability)?.value,
    ),
  ),
  ofRun("spread_method", "text", (run) => run.spread?.method),
  ofRun("spread_half_lost_depth", "number", (run) => run.spread?.halfLostDepth),
  ofRun("spread_nine_tenths_lost_depth", "number", (run) => run.spread?.nineTenthsLostDepth),
  ofRun("computations", "text", ({ computations }) =>
    computationLines(computations, true).join("; "),
  ),

  ofTraining("task", "text", ({ task }) => shortName("task", task)),
  ofTraining("optimizer", "text", ({ optimizer }) => shortName("optimizer", optimizer)),
  ofTraining("learning_rate", "number", ({ learningRate }) => learningRate),
  ofTraining("weight_decay", "number", ({ weightDecay }) => weightDecay),
  ofTraining(
    "final_learning_rate_ratio",
    "number",
    ({ finalLearningRateRatio }) => finalLearningRateRatio,
  ),
  ofTraining("step_count", "integer", ({ stepCount }) => stepCount),
  ofTraining("candidate_count", "integer", ({ candidateCount }) => candidateCount),
  ofTrained("step", "integer", ({ step }) => step),
  ofTrained("replica_count", "integer", ({ replicaCount }) => replicaCount),
  ...TRAINED_ESTIMATES.flatMap(([name, key]) => [
    ofTrained(`${name}_estimate`, "number", ({ [key]: of }) => of?.estimate),
    ofTrained(`${name}_lower`, "number", ({ [key]: of }) => of?.lower),
    ofTrained(`${name}_upper`, "number", ({ [key]: of }) => of?.upper),
  ]),
  ...TRAINED_QUANTILES.flatMap((probability) => [
    ofTrained(quantileName("test_loss", probability), "number", ({ testLossQuantiles }) =>
      quantileAt(testLossQuantiles, probability),
    ),
    ofTrained(quantileName("training_loss", probability), "number", ({ trainingLossQuantiles }) =>
      quantileAt(trainingLossQuantiles, probability),
    ),
  ]),
  ofTrained("mean_log_test_loss", "number", ({ meanLogTestLoss }) => meanLogTestLoss),
  ofTrained("mean_log_training_loss", "number", ({ meanLogTrainingLoss }) => meanLogTrainingLoss),
  ofTrained("mean_log_gradient_norm", "number", ({ meanLogGradientNorm }) => meanLogGradientNorm),
];

function quantileName(of: string, probability: number): string {
  return `${of}_quantile_${String(probability).replace(".", "_")}`;
}

function quantileAt(quantiles: readonly Quantile__Output[], probability: number): Value {
  return quantiles.find((quantile) => quantile.probability === probability)?.value;
}

/** The text of an object; nothing for an empty one, as a run has it whose kind has fields. */
function jsonText(value: Record<string, unknown>): string {
  return Object.keys(value).length === 0 ? "" : JSON.stringify(value);
}

function dateOf(time: Timestamp__Output | null): Date | null {
  return time && new Date(timestampToJson(time));
}
