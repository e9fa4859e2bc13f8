import { join } from "node:path";

import type { Chart } from "../../../shared/charts/chart.ts";
import { learningCurvesChart } from "../../../shared/charts/learningCurves.ts";
import { trainingToRun } from "../../../shared/kinds/training/messages.ts";
import type { TrainingFields } from "../../../shared/kinds/training/specification.ts";
import { armOf, type Arm } from "../../../shared/studies/arm.ts";
import { bestSettings, lossBy, type Choice } from "../../../shared/studies/selection.ts";
import { studyReport, type StudyReport } from "../../../shared/studies/studyReport.ts";
import { LEARNING_TASKS } from "../../../shared/training/training.ts";
import { learningTask } from "../../../shared/training/learningTask.ts";
import type { Run, Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { runToJson } from "../../../shared/wire/json.ts";
import { packageRoot } from "../../../shared/wire/packageRoot.ts";
import { readStudyFile } from "../../studyFile/readStudyFile.ts";
import type { Measurement } from "../check.ts";
import type { Claim, Scale } from "../claim.ts";
import { studyTables } from "../studyTables.ts";

/**
 * Probability that a true claim about learning is said not to hold, at most. It is larger than that of
 * the other claims, because a study of 15 seeds could never tell anything at theirs.
 */
const LEARNING_ALARM_RATE = 0.05;
/** The quick version trains fewer networks of each arm, for a shorter time. */
const QUICK_SEEDS = 16;
const QUICK_STEPS_SHARE = 0.25;
/**
 * Losses whose ratio is below this are the same: those of networks that are stuck at the best
 * constant's differ by rounding alone.
 */
const SAME_LOSS = 1.001;
/** The share of the loss of the best constant to which steps are counted. */
const TARGET_SHARE = 0.1;

/** A study that is a claim about learning. */
interface LearningStudy {
  readonly id: string;
  readonly title: string;
  /** What is learned, as a part of a sentence. */
  readonly task: string;
  /** Its file among the examples. */
  readonly file: string;
}

/** Lyapunov initialization leads to improved learning of a task. */
function learningClaim({ id, title, task, file }: LearningStudy): Claim {
  return {
    id,
    title,
    statement:
      `Deep narrow networks that learn ${task} reach a lower test loss from Lyapunov initialization ` +
      "than from any conventional one, each at its own best optimizer, learning rate and decay.",
    method:
      `The study is \`examples/${file}\`; the quick version trains at most ${QUICK_SEEDS} of its seeds, for ` +
      "a quarter of its steps. The full study's numbers of initializations, settings and seeds are the " +
      "paper's. Its slope, optimizer (Adam alone), rates, decays, steps and data are ours, since the " +
      "paper's are not public; slope and rates were chosen after a look at what trains at all. By the " +
      "paper's rule each initialization is taken at the " +
      "setting with the lowest median test loss over its best 80 % of seeds. That loss of every " +
      "conventional initialization is divided by the lowest of all Lyapunov initializations; the " +
      "claim holds if all of these ratios are above 1. That lowest is the best of several, which " +
      "favours it a little. Losses that agree to one in a thousand count as the same, such as those of " +
      "networks stuck at the best constant. The interval of a ratio is made of those of " +
      "the two losses, which are of order statistics. The same seeds choose the settings and are " +
      "judged, which makes all losses look a little lower than they are.",
    falseAlarmRate: LEARNING_ALARM_RATE,
    runs: (scale) => armsOf(file, scale),
    measure: (runs) => ratios(bestSettings(arms(runs), "best80")),
    figures: (runs) => [
      {
        name: id,
        caption:
          "Test and training loss over the steps, each initialization at its own best setting by the " +
          "paper's rule. Lines are medians: of the best 80 % of seeds for the test loss, of all seeds " +
          "for the training loss. Bands are the middle half of all seeds. Lines that hide one another " +
          "are of initializations stuck at the loss of the best constant.",
        picture: chart(title, report(arms(runs))),
      },
    ],
    tables: (runs) => studyTables(report(arms(runs))),
  };
}

/** The regression of a polynomial of degree five, the paper's first study. */
export const quinticLearning = learningClaim({
  id: "quintic",
  title: "Learning a quintic polynomial",
  task: "a polynomial of degree five",
  file: "quintic.yaml",
});

/** The score of a mixture of three Gaussians, the paper's second study. */
export const scoreLearning = learningClaim({
  id: "score",
  title: "Learning the score of a Gaussian mixture",
  task: "the score of a mixture of three Gaussians",
  file: "score.yaml",
});

function isLyapunov(initialization: string): boolean {
  return initialization.includes("lyapunov");
}

/** The trainings of a study, at a level at which all of its comparisons together may be made. */
function armsOf(file: string, scale: Scale): Run[] {
  const fields = readStudyFile(join(packageRoot(), "examples", file)).arms.map((arm) => {
    if (arm.calibrated === undefined) return arm.fields;
    throw new RangeError(`examples/${file}: ${arm.fields.displayName} has no exact critical gain`);
  });
  const conventional = new Set(
    fields.map(({ displayName }) => displayName).filter((name) => !isLyapunov(name)),
  );
  const level = 1 - LEARNING_ALARM_RATE / Math.max(1, conventional.size);
  return fields.map((arm) => {
    const sized = scale === "quick" ? shortened(arm) : arm;
    return trainingToRun({ ...sized, level });
  });
}

function shortened(fields: TrainingFields): TrainingFields {
  const { training, stoppingRule, checkpointSteps } = fields;
  const stepCount = Math.ceil(training.stepCount * QUICK_STEPS_SHARE);
  return {
    ...fields,
    training: { ...training, stepCount },
    checkpointSteps: [...checkpointSteps.filter((step) => step < stepCount), stepCount],
    stoppingRule:
      stoppingRule.kind === "replicas"
        ? { kind: "replicas", replicaCount: Math.min(QUICK_SEEDS, stoppingRule.replicaCount) }
        : stoppingRule,
  };
}

function arms(runs: readonly Run__Output[]): Arm[] {
  return runs.flatMap((run) => armOf(runToJson(run)) ?? []);
}

/** The loss of each conventional initialization over the lowest of all Lyapunov initializations. */
function ratios(choices: readonly Choice[]): Measurement[] {
  const losses = choices.map(({ initialization, arm }) => ({
    initialization,
    loss: arm && lossBy("best80", arm),
  }));
  const best = losses
    .filter(({ initialization }) => isLyapunov(initialization))
    .toSorted((a, b) => (a.loss?.estimate ?? Infinity) - (b.loss?.estimate ?? Infinity))[0];
  return losses
    .filter(({ initialization }) => !isLyapunov(initialization))
    .map(({ initialization, loss }) => ({
      what: `test loss of ${initialization} over that of ${best?.initialization}`,
      estimate: (loss?.estimate ?? NaN) / (best?.loss?.estimate ?? NaN),
      interval: {
        lower: (loss?.lower ?? NaN) / (best?.loss?.upper ?? NaN) / SAME_LOSS,
        upper: ((loss?.upper ?? NaN) / (best?.loss?.lower ?? NaN)) * SAME_LOSS,
      },
      expectation: { from: 1, to: Infinity },
      resolution: 0,
    }));
}

function report(some: readonly Arm[]): StudyReport {
  const name = LEARNING_TASKS.find((task) => task === some[0]?.task);
  const target = name && TARGET_SHARE * learningTask(name).constantLoss;
  return studyReport(some, target);
}

function chart(title: string, of: StudyReport): Chart {
  return learningCurvesChart({ name: "", displayName: title }, of);
}
