import { z } from "zod";

import { documentError } from "../../shared/specification/documentProblem.ts";
import type { PropagationFields } from "../../shared/kinds/propagation/specification.ts";
import {
  MAXIMUM_DISPLAY_NAME_LENGTH,
  MAXIMUM_SEED,
  MAXIMUM_SWEEP_RUNS,
} from "../../shared/specification/commonFields.ts";
import {
  isPlainText,
  ValidationError,
  type FieldViolation,
} from "../../shared/specification/violations.ts";
import {
  DocumentError,
  type DocumentProblem,
  type Path,
  type YamlDocument,
} from "../../shared/specification/yamlDocument.ts";
import { parseRequest } from "../sdk/criticalGain.ts";
import { InputError } from "../sdk/errors.ts";
import { RUN_DEFAULTS, runInput } from "../sdk/runInput.ts";
import { fieldName } from "./fieldName.ts";
import { gridSize, idleParameters, points, type Axes, type Point } from "./grid.ts";
import { refuseOtherFile } from "./otherFile.ts";
import { problemLines } from "./problemLines.ts";
import { refusedValues } from "./refusedValues.ts";
import { repeatedSeeds } from "./repeatedSeeds.ts";
import { parseSweepDocument } from "./sweepDocument.ts";

const scalar = z.union([z.number(), z.bigint(), z.string()]);
const axis = z.union(
  [scalar, z.array(scalar).min(1, "give at least one value")],
  "give a number, a name, or a list of them",
);

/**
 * A block of a sweep file: every field may be a value or a list; the block is the grid of its lists
 * (grid.ts).
 */
const block = z.strictObject(
  {
    width: axis.optional(),
    depth: axis.optional(),
    negativeSlope: axis.optional(),
    weights: axis.optional(),
    degreesOfFreedom: axis.optional(),
    density: axis.optional(),
    gain: axis.optional(),
    sampling: axis.optional(),
    backend: axis.optional(),
    seed: axis.optional(),
    replicas: axis.optional(),
    precision: axis.optional(),
    variancePrecision: axis.optional(),
    minimumReplicas: axis.optional(),
    maximumReplicas: axis.optional(),
    burnIn: axis.optional(),
    level: axis.optional(),
    checkpoints: z.array(z.number("give a depth"), "give a list of depths").optional(),
  },
  "give fields such as width and gain",
);

const SEED = "give an integer from 0 to 2⁶⁴ − 1";

const sweepFile = z.strictObject(
  {
    name: z
      .string("give a text")
      .max(MAXIMUM_DISPLAY_NAME_LENGTH, `give at most ${MAXIMUM_DISPLAY_NAME_LENGTH} characters`)
      .refine(isPlainText, "give one line without control characters"),
    /** Run i has the seed firstSeed + i, unless its block gives seeds: the runs are independent. */
    firstSeed: z
      .union([z.int(), z.bigint(), z.string().regex(/^\d{1,20}$/)], SEED)
      .transform(BigInt)
      .refine((seed) => seed >= 0n && seed <= MAXIMUM_SEED, SEED)
      .default(0n),
    /** Fields of every block that does not give its own. */
    defaults: block.optional(),
    grids: z.array(block, "give a list of grids").min(1, "give at least one grid"),
  },
  "give name and grids",
);

type Block = z.infer<typeof block>;

/** A named set of runs, ready to be submitted once withCriticalGains has found their gains. */
export interface SweepSpecification {
  readonly displayName: string;
  readonly runs: readonly PropagationFields[];
  /** Sentences about what is allowed and perhaps not meant. */
  readonly notes: readonly string[];
}

/**
 * Reads the text of a sweep file.
 *
 * @param path names the file in what is said about it
 * @throws InputError with a line for every problem, which names its place, the field and the remedy
 */
export function parseSweep(path: string, text: string): SweepSpecification {
  try {
    const document = parseSweepDocument(text);
    refuseOtherFile(document, "initializations", "study file", "lyapunov study");
    const result = sweepFile.safeParse(document.value);
    if (result.success) return readSweep(path, document, result.data);
    const { problems } = documentError(document, result.error, {
      whole: "the file",
      fieldsAt: (at) => Object.keys((at.length === 0 ? sweepFile : block).shape),
    });
    throw new DocumentError([...problems, ...refusedValues(document)]);
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    throw new InputError(problemLines(path, error.problems), { cause: error });
  }
}

function readSweep(
  path: string,
  document: YamlDocument,
  { name, firstSeed, defaults = {}, grids }: z.infer<typeof sweepFile>,
): SweepSpecification {
  const blocks = grids.map((grid) => {
    const { checkpoints: _checkpoints, ...own } = grid;
    const { checkpoints, ...axes } = withDefaults(defaults, grid);
    return { axes: withoutIdleDefaults(axes, own), checkpoints };
  });
  const size = blocks.reduce((sum, { axes }) => sum + gridSize(axes), 0);
  if (size > MAXIMUM_SWEEP_RUNS) {
    const sentence = `grids: ${size} runs are too many; give at most ${MAXIMUM_SWEEP_RUNS}`;
    throw new DocumentError([{ place: document.placeOf(["grids"]), sentence }]);
  }
  const highestFirst = MAXIMUM_SEED - BigInt(size) + 1n;
  if (firstSeed > highestFirst) {
    const sentence = `firstSeed: ${firstSeed} leaves no seeds for ${size} runs; give at most ${highestFirst}`;
    throw new DocumentError([{ place: document.placeOf(["firstSeed"]), sentence }]);
  }
  const problems = new Map<string, DocumentProblem>();
  const runs: PropagationFields[] = [];
  let seed = firstSeed;
  for (const [place, { axes, checkpoints }] of blocks.entries()) {
    for (const point of points(axes)) {
      try {
        const { replicas: _replicas, ...fallbacks } = RUN_DEFAULTS;
        const fields = { ...fallbacks, seed, ...point, ...(checkpoints && { checkpoints }) };
        runs.push(parseRequest(runInput(fields)));
      } catch (error) {
        if (!(error instanceof ValidationError)) throw error;
        for (const violation of error.violations) {
          const problem = pointProblem(document, place, point, violation);
          problems.set(JSON.stringify(problem), problem);
        }
      }
      seed += 1n;
    }
  }
  const [first, ...rest] = problems.values();
  if (first !== undefined) throw new DocumentError([first, ...rest]);
  const notes = repeatedSeeds(runs.map((run) => run.seed)).map((note) => `${path}: ${note}`);
  return { displayName: name, runs, notes };
}

/** What is wrong with a point of a grid, and where it comes from: the grid, or the defaults. */
function pointProblem(
  document: YamlDocument,
  grid: number,
  point: Point,
  { field, description }: FieldViolation,
): DocumentProblem {
  const name = fieldName(field);
  const isInGrid = document.has(["grids", grid, name]) || !document.has(["defaults", name]);
  const path: Path = isInGrid ? ["grids", grid, name] : ["defaults", name];
  const place = document.placeOfItem(path, point[name]) ?? document.placeOf(path);
  return { place, sentence: `${path.join(".")}: ${description}` };
}

/**
 * A grid's fields, with the defaults for the rest; a stopping rule replaces a default of the other
 * kind.
 */
function withDefaults(defaults: Block, grid: Block): Block {
  const { replicas: _replicas, ...others } = defaults;
  const {
    precision: _precision,
    variancePrecision: _variancePrecision,
    minimumReplicas: _minimumReplicas,
    maximumReplicas: _maximumReplicas,
    ...rest
  } = defaults;
  const wantsPrecision =
    grid.replicas === undefined &&
    (grid.precision !== undefined || grid.variancePrecision !== undefined);
  if (wantsPrecision) return { ...others, ...grid };
  return grid.replicas === undefined ? { ...defaults, ...grid } : { ...rest, ...grid };
}

/** The fields without the defaults for parameters of laws that the grid does not have. */
function withoutIdleDefaults(axes: Axes, grid: Axes): Axes {
  const idle = idleParameters(axes).filter((parameter) => grid[parameter] === undefined);
  return Object.fromEntries(Object.entries(axes).filter(([field]) => !idle.includes(field)));
}
