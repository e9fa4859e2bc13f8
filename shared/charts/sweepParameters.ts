import { shortName } from "../wire/enumerations.ts";
import type { Run__Output } from "../wire/generated/lyapunov/v1/Run.ts";
import { given } from "../text/numbers.ts";
import { gainLabel, weightsLabel } from "./networkLabels.ts";
import type { Axis } from "./chart.ts";

type Label = (run: Run__Output) => string;

/** A number that may vary within a sweep. */
export interface Parameter {
  readonly axis: Axis;
  readonly value: (run: Run__Output) => number;
  readonly label: Label;
}

export const WIDTH: Parameter = {
  axis: { title: "width d", scale: "log" },
  value: (run) => run.network?.width ?? NaN,
  label: (run) => `width ${run.network?.width}`,
};
const DEPTH: Parameter = {
  axis: { title: "depth L", scale: "log" },
  value: (run) => run.network?.depth ?? NaN,
  label: (run) => `depth ${run.network?.depth}`,
};
const SLOPE: Parameter = {
  axis: { title: "negative slope α", scale: "linear" },
  value: (run) => run.network?.negativeSlope ?? NaN,
  label: (run) => `α ${given(run.network?.negativeSlope)}`,
};
export const GAIN: Parameter = {
  axis: { title: "gain", scale: "linear" },
  value: (run) => run.network?.gain ?? NaN,
  label: (run) => `gain ${gainLabel(run)}`,
};

const MAXIMUM_TICKS = 16;

/** Labels of what is no number and may tell runs apart. */
const OTHERS: readonly Label[] = [
  weightsLabel,
  (run) => shortName("sampling", run.sampling) ?? "",
  (run) => shortName("backend", run.backend) ?? "",
];

/** A parameter's axis, with its values marked where they are few. */
export function axisOf({ axis, value }: Parameter, runs: readonly Run__Output[]): Axis {
  const values = [...new Set(runs.map(value))].toSorted((a, b) => a - b);
  return values.length > MAXIMUM_TICKS ? axis : { ...axis, ticks: values };
}

/** The parameters that vary as numbers, the gain last; a gain such as `he` is a name. */
export function varyingParameters(runs: readonly Run__Output[]): Parameter[] {
  const numbered = runs.filter(
    ({ network }) => shortName("namedGain", network?.namedGain) === undefined,
  );
  return [
    ...[WIDTH, DEPTH, SLOPE].filter(({ value }) => varies(runs, value)),
    ...(varies(numbered, GAIN.value) ? [GAIN] : []),
  ];
}

/** A label for each run that tells it from others of equal `x`; its weights where nothing does. */
export function seriesLabels(runs: readonly Run__Output[], x: Parameter): readonly string[] {
  const parameters = [GAIN, WIDTH, DEPTH, SLOPE].filter((parameter) => parameter !== x);
  const labels = [...parameters.map(({ label }) => label), ...OTHERS].filter((label) =>
    varies(runs, label),
  );
  return runs.map((run) => labels.map((label) => label(run)).join(", ") || weightsLabel(run));
}

/** Whether the runs differ in anything that is no number. */
export function hasOtherDifferences(runs: readonly Run__Output[]): boolean {
  return OTHERS.some((label) => varies(runs, label));
}

function varies(runs: readonly Run__Output[], value: (run: Run__Output) => unknown): boolean {
  return new Set(runs.map(value)).size > 1;
}
