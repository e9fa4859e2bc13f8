import { z } from "zod";

import { documentProblem } from "../../shared/specification/documentProblem.ts";
import type { PropagationFields } from "../../shared/kinds/propagation/specification.ts";
import {
  MAXIMUM_DISPLAY_NAME_LENGTH,
  MAXIMUM_SWEEP_RUNS,
} from "../../shared/specification/commonFields.ts";
import { isPlainText, ValidationError } from "../../shared/specification/violations.ts";
import { parseRequest } from "../sdk/criticalGain.ts";
import { InputError } from "../sdk/errors.ts";
import { RUN_DEFAULTS, runInput } from "../sdk/runInput.ts";
import { gridSize, idleParameters, points, type Axes } from "./grid.ts";
import { parseDocument } from "./sweepDocument.ts";

const scalar = z.union([z.number(), z.string()]);
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

const sweepFile = z.strictObject(
  {
    name: z
      .string("give a text")
      .max(MAXIMUM_DISPLAY_NAME_LENGTH, `give at most ${MAXIMUM_DISPLAY_NAME_LENGTH} characters`)
      .refine(isPlainText, "give one line without control characters"),
    /** Run i has the seed firstSeed + i, unless its block gives seeds: the runs are independent. */
    firstSeed: z.int("give an integer").min(0, "give 0 or more").default(0),
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
}

/**
 * Reads the text of a sweep file.
 *
 * @param path names the file in what is said about it
 * @throws InputError that names the file, the field and the remedy
 */
export function parseSweep(path: string, text: string): SweepSpecification {
  let document: unknown;
  try {
    document = parseDocument(text);
  } catch (error) {
    throw new InputError(`${path}: ${(error as Error).message}`);
  }
  const result = sweepFile.safeParse(document);
  if (!result.success) {
    const problem = documentProblem(document, result.error, {
      whole: "the file",
      fieldsAt: (at) => Object.keys((at.length === 0 ? sweepFile : block).shape),
    });
    throw new InputError(`${path}: ${problem}`);
  }
  const { name, firstSeed, defaults = {}, grids } = result.data;
  let index = 0;
  const blocks = grids.map((grid) => {
    const { checkpoints: _checkpoints, ...own } = grid;
    const { checkpoints, ...axes } = withDefaults(defaults, grid);
    return { axes: withoutIdleDefaults(axes, own), checkpoints };
  });
  const size = blocks.reduce((sum, { axes }) => sum + gridSize(axes), 0);
  if (size > MAXIMUM_SWEEP_RUNS) {
    throw new InputError(
      `${path}: grids: ${size} runs are too many; give at most ${MAXIMUM_SWEEP_RUNS}`,
    );
  }
  const runs = blocks.flatMap(({ axes, checkpoints }, place) => {
    return points(axes).map((point) => {
      try {
        const seed = firstSeed + index++;
        const { replicas: _replicas, ...fallbacks } = RUN_DEFAULTS;
        return parseRequest(
          runInput({ ...fallbacks, seed, ...point, ...(checkpoints && { checkpoints }) }),
        );
      } catch (error) {
        if (!(error instanceof ValidationError)) throw error;
        const [{ field, description } = { field: "", description: "" }] = error.violations;
        throw new InputError(`${path}: grids.${place}.${fieldName(field)}: ${description}`);
      }
    });
  });
  return { displayName: name, runs };
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

const FILE_NAMES: Readonly<Record<string, string>> = {
  stopping_rule: "replicas",
  replica_count: "replicas",
  lyapunov_exponent: "precision",
  variance: "variancePrecision",
  minimum_replica_count: "minimumReplicas",
  maximum_replica_count: "maximumReplicas",
  checkpoint_depths: "checkpoints",
};

/** The file's name of a field: `network.negative_slope` → `negativeSlope`. */
function fieldName(field: string): string {
  const last = field.replace(/^.*\./, "");
  return FILE_NAMES[last] ?? last.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
