import { gainLabel, networkLabel, weightsLabel } from "../../../shared/charts/networkLabels.ts";
import { count, counted, remainingText } from "../../../shared/text/counts.ts";
import { ABSENT, given, interval, percent, withError } from "../../../shared/text/numbers.ts";
import { shortName } from "../../../shared/wire/enumerations.ts";
import type { Estimate__Output } from "../../../shared/wire/generated/lyapunov/v1/Estimate.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { hasEnded, stateOf } from "../../../shared/wire/runStates.ts";
import { computationFacts } from "./computationFacts.ts";
import { fittedFacts, type Fact } from "./fittedTable.ts";
import { titled } from "./sweepHeading.ts";
import { targetText } from "./targetText.ts";

/** True if the run trains its networks. */
export function isTraining({ training }: Run__Output): boolean {
  return training !== null;
}

/** What is trained and how, in a line: `iris by adam at 0.01, 400 steps; gaussian 2×40, …`. */
export function trainingLabel(run: Run__Output): string {
  return `${learningText(run)}; ${networkLabel(run)}`;
}

/** The median test loss of all replicas, with its error. */
export function medianTestLossText({ estimates }: Run__Output): string {
  const { estimate, standardError } = estimates["medianTestLoss"] ?? {};
  return withError(estimate, standardError);
}

/** What people call the estimates of a training, in the order in which they are shown. */
const NAMES = [
  ["medianTestLoss", "median test loss"],
  ["bestMedianTestLoss", "of the best 80 %"],
  ["medianTrainingLoss", "median training loss"],
  ["divergedShare", "diverged"],
  ["stuckShare", "stuck"],
] as const;

/** Formats one training for people, a fact a line. */
export function trainingDetails(run: Run__Output, limit = Infinity): string {
  const { network, estimates } = run;
  const table: Fact[] = [
    ["run", `${titled(run)}, ${shortName("state", run.state)}`],
    ["task", learningText(run)],
    [
      "network",
      `${weightsLabel(run)}, width ${network?.width}, depth ${network?.depth}, ` +
        `negative slope ${given(network?.negativeSlope)}, gain ${gainText(run)}${candidatesText(run)}`,
    ],
    [
      "replicas",
      `${count(run.replicaCount)} in ${counted(run.shardCount, "shard")}; ` +
        `${shortName("backend", run.backend) ?? ABSENT}, seed ${run.seed}`,
    ],
    ...computationFacts(run),
  ];
  if (!hasEnded(stateOf(run))) table.push(["progress", progressText(run)]);
  for (const [key, name] of NAMES) table.push([name, estimateText(estimates[key])]);
  const target = targetText(run);
  if (target !== "" && run.targetMet !== undefined) {
    table.push(["target", `${run.targetMet ? "met" : "missed"}: ${target}`]);
  }
  if (run.error !== "") table.push([hasEnded(stateOf(run)) ? "error" : "waiting", run.error]);
  return fittedFacts(table, limit);
}

/** `quintic_polynomial by adam at 0.01 falling to a tenth, 400 steps`. */
function learningText({ training }: Run__Output): string {
  if (training === null) return ABSENT;
  const { learningRate, weightDecay, finalLearningRateRatio = 1, stepCount } = training;
  const last = finalLearningRateRatio * learningRate;
  const rate =
    finalLearningRateRatio === 1
      ? given(learningRate)
      : `${given(learningRate)} falling to ${given(last)}`;
  const decay = weightDecay === 0 ? "" : `, decay ${given(weightDecay)}`;
  const task = shortName("task", training.task) ?? ABSENT;
  const optimizer = shortName("optimizer", training.optimizer) ?? ABSENT;
  return `${task} by ${optimizer} at ${rate}${decay}, ${counted(stepCount, "step")}`;
}

function gainText(run: Run__Output): string {
  const [label, number] = [gainLabel(run), given(run.network?.gain)];
  return label === number ? number : `${number} (${label})`;
}

function candidatesText({ training }: Run__Output): string {
  const { candidateCount = 1 } = training ?? {};
  return candidateCount > 1 ? `, the best of ${counted(candidateCount, "candidate")}` : "";
}

function progressText({ progress }: Run__Output): string {
  if (progress === null) return ABSENT;
  const { completedShardCount, plannedShardCount, leasedShardCount, remainingSeconds } = progress;
  const shards =
    `${count(completedShardCount)} of ${counted(plannedShardCount, "shard")}, ` +
    `${count(leasedShardCount)} with workers`;
  if (remainingSeconds === undefined) return shards;
  return `${shards}; ${remainingText(remainingSeconds, progress.targetOutOfReach)}`;
}

function estimateText(estimate: Estimate__Output | undefined): string {
  if (estimate?.estimate === undefined) return "too few replicas";
  const { lower, upper, standardError, level, method } = estimate;
  const number = withError(estimate.estimate, standardError);
  if (lower === undefined || upper === undefined)
    return `${number}; too few replicas for an interval`;
  const range = interval(lower, upper, standardError, estimate.estimate);
  return `${number}, ${percent(level)} in ${range} (${method})`;
}
