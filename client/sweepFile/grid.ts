import { LAW_PARAMETERS, parameterOf } from "../../shared/network/weights.ts";
import { RUN_DEFAULTS } from "../sdk/runInput.ts";

type Value = number | bigint | string;

/** The fields of a grid, each with a value or a list of values. */
export type Axes = Readonly<Record<string, Value | readonly Value[] | undefined>>;

/** One run of a grid: a value for every field. */
export type Point = Readonly<Record<string, Value>>;

/**
 * The grid's points: the product of its lists, the first fields varying slowest. A parameter of a
 * law varies only for that law, and fastest of all: `weights: [gaussian, student_t]` and
 * `degreesOfFreedom: [3, 5]` make three points. A parameter that no law of the grid has stays with all
 * points, to be refused.
 */
export function points(axes: Axes): Point[] {
  const isParameter = ([field]: readonly [string, unknown]) => Number(isTaken(field, axes));
  let grid: Point[] = [{}];
  for (const [field, values] of Object.entries(axes).toSorted(
    (a, b) => isParameter(a) - isParameter(b),
  )) {
    if (values === undefined) continue;
    const varies = ({ weights = RUN_DEFAULTS.weights }: Point) =>
      !isTaken(field, axes) || parameterOf(weights) === field;
    grid = grid.flatMap((point) =>
      varies(point) ? listOf(values).map((value) => ({ ...point, [field]: value })) : [point],
    );
  }
  return grid;
}

/** Number of points of a grid, without making them. */
export function gridSize(axes: Axes): number {
  const ofLaw = (law: Value) => {
    const parameter = parameterOf(law);
    return parameter === undefined ? 1 : listOf(axes[parameter] ?? []).length || 1;
  };
  return Object.entries(axes)
    .filter(([field]) => field !== "weights" && !isTaken(field, axes))
    .reduce(
      (size, [, values]) => size * (values === undefined ? 1 : listOf(values).length),
      lawsOf(axes).reduce<number>((size, law) => size + ofLaw(law), 0),
    );
}

/** The parameters of laws among the fields that no law of the grid has. */
export function idleParameters(axes: Axes): readonly string[] {
  return Object.values(LAW_PARAMETERS).filter(
    (parameter) => axes[parameter] !== undefined && !isTaken(parameter, axes),
  );
}

/** Whether the field is the parameter of one of the grid's laws. */
function isTaken(field: string, axes: Axes): boolean {
  return lawsOf(axes).some((law) => parameterOf(law) === field);
}

function lawsOf({ weights = RUN_DEFAULTS.weights }: Axes): readonly Value[] {
  return listOf(weights);
}

function listOf(values: Value | readonly Value[]): readonly Value[] {
  return typeof values === "object" ? values : [values];
}
