import type { Arm } from "./arm.ts";
import {
  bestSettings,
  lossBy,
  SELECTION_RULES,
  type Choice,
  type SelectionRule,
} from "./selection.ts";
import { stepsToLoss, type StepsToLoss } from "./stepsToLoss.ts";
import { studyVerdict } from "./studyVerdict.ts";

/** What one rule finds. */
export interface RuleReport {
  readonly rule: SelectionRule;
  readonly choices: readonly (Choice & {
    /** Steps to the target loss; undefined where the chosen arm's curve is not known. */
    readonly steps: StepsToLoss | undefined;
  })[];
  readonly verdict: string;
}

/** What a study has found, and what it cost. */
export interface StudyReport {
  readonly task: string;
  readonly armCount: number;
  /** Number of arms that have trained all of their seeds. */
  readonly completeArmCount: number;
  /** Seeds of each arm; undefined where arms differ, or none is complete. */
  readonly seedCount: number | undefined;
  /** Number of networks trained. */
  readonly trainingCount: number;
  /** Settings among which each initialization was free to choose; undefined where they differ. */
  readonly settingCount: number | undefined;
  /** Coverage of each interval; undefined where arms differ, or none is complete. */
  readonly level: number | undefined;
  /** The loss that steps are counted to; undefined where it is not known. */
  readonly targetLoss: number | undefined;
  readonly rules: readonly RuleReport[];
}

/** True if all the runs of a sweep are trainings, so that it is a study. */
export function isStudy(runs: readonly { readonly kind?: string | undefined }[]): boolean {
  return runs.length > 0 && runs.every(({ kind }) => kind === "training");
}

/** Names of the runs whose curves a report needs. */
export function chosenRuns(arms: readonly Arm[]): string[] {
  const chosen = SELECTION_RULES.flatMap((rule) =>
    bestSettings(arms, rule).flatMap(({ arm }) => (arm === undefined ? [] : [arm.run])),
  );
  return [...new Set(chosen)];
}

/**
 * Sums up a study by both rules.
 *
 * @param arms with the curves of those that are chosen
 * @param targetLoss the loss that steps are counted to
 */
export function studyReport(arms: readonly Arm[], targetLoss: number | undefined): StudyReport {
  const complete = arms.filter(({ isComplete }) => isComplete);
  const settings = bestSettings(arms, "all").map(({ armCount }) => armCount);
  return {
    task: arms[0]?.task ?? "",
    armCount: arms.length,
    completeArmCount: complete.length,
    seedCount: onlyValue(complete.map(({ seedCount }) => seedCount)),
    trainingCount: arms.reduce((sum, { seedCount }) => sum + seedCount, 0),
    settingCount: onlyValue(settings),
    level: onlyValue(complete.map(({ level }) => level)),
    targetLoss,
    rules: SELECTION_RULES.map((rule) => {
      const choices = bestSettings(arms, rule);
      return {
        rule,
        choices: choices.map((choice) => ({
          ...choice,
          steps:
            choice.arm === undefined || targetLoss === undefined
              ? undefined
              : stepsToLoss(choice.arm, rule, targetLoss),
        })),
        verdict: studyVerdict(choices, rule),
      };
    }),
  };
}

/** The report in JSON: what a rule has chosen is named by its run. */
export function studyReportToJson({ rules, ...report }: StudyReport) {
  return {
    ...report,
    seedCount: report.seedCount ?? null,
    settingCount: report.settingCount ?? null,
    level: report.level ?? null,
    targetLoss: report.targetLoss ?? null,
    rules: rules.map(({ rule, choices, verdict }) => ({
      rule,
      verdict,
      choices: choices.map(({ initialization, armCount, arm, steps }) => ({
        initialization,
        armCount,
        run: arm?.run ?? null,
        optimizer: arm?.optimizer ?? null,
        learningRate: arm?.learningRate ?? null,
        weightDecay: arm?.weightDecay ?? null,
        loss: measuredToJson(arm && lossBy(rule, arm)),
        divergedShare: measuredToJson(arm?.divergedShare),
        stuckShare: measuredToJson(arm?.stuckShare),
        stepsToLoss:
          steps === undefined
            ? null
            : {
                estimate: steps.estimate ?? null,
                interval: steps.interval
                  ? {
                      earliest: steps.interval.earliest ?? null,
                      latest: steps.interval.latest ?? null,
                    }
                  : null,
              },
      })),
    })),
  };
}

function measuredToJson(measured: Arm["medianTestLoss"]) {
  if (measured === undefined) return null;
  const { estimate, lower, upper } = measured;
  return { estimate, lower: lower ?? null, upper: upper ?? null };
}

/** The value that all share; undefined if there is none. */
function onlyValue(values: readonly number[]): number | undefined {
  const [first, ...others] = new Set(values);
  return others.length === 0 ? first : undefined;
}
