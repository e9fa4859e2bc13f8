import type { TrainingInput } from "../../shared/kinds/training/specification.ts";
import { documentError } from "../../shared/specification/documentProblem.ts";
import { MAXIMUM_SWEEP_RUNS } from "../../shared/specification/commonFields.ts";
import { suggestion } from "../../shared/specification/suggestion.ts";
import {
  refused,
  ValidationError,
  type FieldViolation,
} from "../../shared/specification/violations.ts";
import {
  DocumentError,
  type DocumentProblem,
  type Path,
  type YamlDocument,
} from "../../shared/specification/yamlDocument.ts";
import { count } from "../../shared/text/counts.ts";
import { InputError } from "../sdk/errors.ts";
import { parseTrainingRequest, type TrainingRequest } from "../sdk/trainingRequest.ts";
import { refuseOtherFile } from "../sweepFile/otherFile.ts";
import { problemLines } from "../sweepFile/problemLines.ts";
import { parseSweepDocument } from "../sweepFile/sweepDocument.ts";
import { checkpointSteps } from "./checkpointSteps.ts";
import {
  INITIALIZATION_NAMES,
  namedInitialization,
  type Initialization,
} from "./initializations.ts";
import { studyDocument, studyFieldsAt, type StudyDocument } from "./studyDocument.ts";

/** A study: trainings that differ in initialization and setting, and share their random numbers. */
export interface StudySpecification {
  readonly displayName: string;
  /** Initializations vary slowest, then optimizers, learning rates and weight decays. */
  readonly arms: readonly TrainingRequest[];
}

/** A way to train, with the places of its values in the file. */
interface Setting {
  readonly optimizer: string;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly optimizerPath: Path;
  readonly ratesPath: Path;
  readonly decaysPath: Path;
}

/**
 * Reads the text of a study file.
 *
 * @param path names the file in what is said about it
 * @throws InputError with a line for every problem, which names its place, the field and the remedy
 */
export function parseStudy(path: string, text: string): StudySpecification {
  try {
    const document = parseSweepDocument(text);
    refuseOtherFile(document, "grids", "sweep file", "lyapunov sweep");
    const result = studyDocument.safeParse(document.value);
    if (result.success) return readStudy(document, result.data);
    throw documentError(document, result.error, { whole: "the file", fieldsAt: studyFieldsAt });
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    throw new InputError(problemLines(path, error.problems), { cause: error });
  }
}

function readStudy(document: YamlDocument, study: StudyDocument): StudySpecification {
  const problems = new Map<string, DocumentProblem>();
  const note = (path: Path, description: string, place = document.placeOf(path)) => {
    const problem = { place, sentence: `${path.join(".")}: ${description}` };
    problems.set(JSON.stringify(problem), problem);
  };
  const initializations = readInitializations(study, note);
  const settings = readSettings(study, note);
  const armCount = initializations.length * settings.length;
  if (armCount > MAXIMUM_SWEEP_RUNS) {
    note(
      ["initializations"],
      `${count(armCount)} arms are too many; give at most ${count(MAXIMUM_SWEEP_RUNS)}`,
    );
  }
  const arms: TrainingRequest[] = [];
  // Too many arms would take long to refuse one by one.
  for (const [place, initialization] of armCount > MAXIMUM_SWEEP_RUNS ? [] : initializations) {
    for (const setting of settings) {
      try {
        arms.push(parseTrainingRequest(armInput(study, initialization, setting)));
      } catch (error) {
        if (!(error instanceof ValidationError)) throw error;
        for (const violation of error.violations) {
          const [path, value] = pathOf(violation, place, setting);
          note(path, violation.description, document.placeOfItem(path, value));
        }
      }
    }
  }
  const [first, ...rest] = problems.values();
  if (first !== undefined) throw new DocumentError([first, ...rest]);
  return { displayName: study.name, arms };
}

type Note = (path: Path, description: string) => void;

/** The initializations that are understood, with their places in the list. */
function readInitializations(
  { initializations, depth }: StudyDocument,
  note: Note,
): [number, Initialization][] {
  const names = new Set<string>();
  return initializations.flatMap((given, place): [number, Initialization][] => {
    const path = ["initializations", place];
    const found =
      typeof given === "string"
        ? namedInitialization(given, depth)
        : { ...given, candidates: given.candidates ?? 1 };
    if (found === undefined) {
      const meant = typeof given === "string" ? suggestion(given, INITIALIZATION_NAMES) : undefined;
      const remedy =
        meant === undefined
          ? `give one of ${INITIALIZATION_NAMES.join(", ")}, or name, weights and gain`
          : `did you mean ${meant}?`;
      note(path, `${refused(given)}; ${remedy}`);
      return [];
    }
    if (names.has(found.name)) {
      note(path, `${refused(found.name)} twice; give each initialization a name of its own`);
    }
    names.add(found.name);
    return [[place, found]];
  });
}

/** The product of optimizers, learning rates and weight decays. */
function readSettings(study: StudyDocument, note: Note): Setting[] {
  const optimizers = study.optimizers.map((given) =>
    typeof given === "string" ? { name: given } : given,
  );
  refuseRepeated(
    optimizers.map(({ name }) => name),
    ["optimizers"],
    note,
  );
  refuseRepeated(study.learningRates ?? [], ["learningRates"], note);
  refuseRepeated(study.weightDecays, ["weightDecays"], note);
  return optimizers.flatMap(({ name, learningRates, weightDecays }, place) => {
    const own: Path = ["optimizers", place];
    const ratesPath = learningRates === undefined ? ["learningRates"] : [...own, "learningRates"];
    const decaysPath = weightDecays === undefined ? ["weightDecays"] : [...own, "weightDecays"];
    refuseRepeated(learningRates ?? [], ratesPath, note);
    refuseRepeated(weightDecays ?? [], decaysPath, note);
    const rates = learningRates ?? study.learningRates ?? [];
    if (rates.length === 0) {
      note(["learningRates"], `it is missing; give a list of learning rates for ${name}`);
    }
    return rates.flatMap((learningRate) =>
      (weightDecays ?? study.weightDecays).map((weightDecay): Setting => ({
        optimizer: name,
        learningRate,
        weightDecay,
        optimizerPath: typeof study.optimizers[place] === "string" ? own : [...own, "name"],
        ratesPath,
        decaysPath,
      })),
    );
  });
}

function refuseRepeated(values: readonly (string | number)[], path: Path, note: Note): void {
  for (const [place, value] of values.entries()) {
    if (values.indexOf(value) < place) {
      note([...path, place], `${refused(value)} twice; give each value once`);
    }
  }
}

function armInput(
  study: StudyDocument,
  initialization: Initialization,
  { optimizer, learningRate, weightDecay }: Setting,
): TrainingInput {
  const { weights, gain, degreesOfFreedom, density, candidates, name } = initialization;
  const { width, depth, negativeSlope, steps } = study;
  return {
    displayName: name,
    network: { width, depth, negativeSlope, weights, gain, degreesOfFreedom, density },
    training: {
      task: study.task,
      optimizer,
      learningRate,
      weightDecay,
      finalLearningRateRatio: study.finalLearningRateRatio,
      stepCount: steps,
      candidateCount: candidates,
    },
    checkpointSteps: study.checkpoints ?? checkpointSteps(steps),
    seed: study.seed,
    stoppingRule: { replicaCount: study.seeds },
    ...(study.backend !== undefined && { backend: study.backend }),
    ...(study.level !== undefined && { level: study.level }),
  };
}

const OF_INITIALIZATION: Readonly<Record<string, string>> = {
  display_name: "name",
  "network.weights": "weights",
  "network.gain": "gain",
  "network.named_gain": "gain",
  "network.degrees_of_freedom": "degreesOfFreedom",
  "network.density": "density",
  "training.candidate_count": "candidates",
};

const OF_FILE: Readonly<Record<string, string>> = {
  "network.width": "width",
  "network.depth": "depth",
  network: "depth",
  "network.negative_slope": "negativeSlope",
  "training.task": "task",
  "training.step_count": "steps",
  "training.final_learning_rate_ratio": "finalLearningRateRatio",
  "stopping_rule.replica_count": "seeds",
};

/** The path in the file of a field of an arm, and the arm's value where that is one of a list. */
function pathOf(
  { field }: FieldViolation,
  place: number,
  { optimizer, learningRate, weightDecay, ...paths }: Setting,
): [path: Path, value?: unknown] {
  if (field === "training.optimizer") return [paths.optimizerPath, optimizer];
  if (field === "training.learning_rate") return [paths.ratesPath, learningRate];
  if (field === "training.weight_decay") return [paths.decaysPath, weightDecay];
  const [, item] = /^training\.checkpoint_steps\[(\d+)\]$/.exec(field) ?? [];
  if (item !== undefined) return [["checkpoints", Number(item)]];
  if (field === "training.checkpoint_steps") return [["checkpoints"]];
  const own = OF_INITIALIZATION[field];
  if (own !== undefined) return [["initializations", place, own]];
  return [[OF_FILE[field] ?? field]];
}
