import type { Run__Output } from "../wire/generated/lyapunov/v1/Run.ts";
import type { Sweep__Output } from "../wire/generated/lyapunov/v1/Sweep.ts";
import { exponentOf } from "./verdict.ts";
import type { Axis, Phase, PhaseDiagram, Point } from "./chart.ts";
import { NothingToDraw } from "./nothingToDraw.ts";
import { ofSurvivors } from "./runLabels.ts";
import {
  axisOf,
  GAIN,
  hasOtherDifferences,
  varyingParameters,
  type Parameter,
} from "./sweepParameters.ts";

/** What is drawn of a sweep. */
type DrawnSweep = Pick<Sweep__Output, "name" | "displayName" | "runs">;

/** Whether the sweep varies exactly two numbers, so that it can be drawn as a map. */
export function isMap({ runs }: DrawnSweep): boolean {
  const [x, y, ...others] = varyingParameters(runs);
  if (x === undefined || y === undefined || others.length > 0) return false;
  const places = new Set(runs.map((run) => `${x.value(run)} ${y.value(run)}`));
  return places.size === runs.length && !hasOtherDifferences(runs);
}

/**
 * Draws λ̂ over the two parameters that vary, with the line on which λ is zero.
 *
 * @throws NothingToDraw if other than two vary, or no run has an estimate
 */
export function phaseDiagram(sweep: DrawnSweep): PhaseDiagram {
  const { runs } = sweep;
  const [x, y] = varyingParameters(runs);
  if (x === undefined || y === undefined || !isMap(sweep)) {
    throw new NothingToDraw(
      sweep,
      "a phase diagram needs a sweep that varies two of width, depth, slope and gain and nothing " +
        "else; give --kind estimates",
    );
  }
  const cells = cellsOf(runs, x, y);
  if (cells.every(({ estimate }) => estimate === undefined)) {
    throw new NothingToDraw(sweep, "no run has an estimate yet; wait until one has");
  }
  return {
    kind: "phases",
    title: sweep.displayName || sweep.name,
    subtitle: "networks vanish where λ < 0 and explode where λ > 0",
    name: sweep.name,
    x: axisOf(x, runs),
    y: axisOf(y, runs),
    value: runs.some((run) => ofSurvivors(run) !== "")
      ? "λ̂ per layer, of survivors where networks die"
      : "λ̂ per layer",
    cells,
    critical: y === GAIN ? criticalLine(runs, x) : undefined,
  };
}

/** The cells: columns of runs with equal x, each cut halfway between neighbours. */
function cellsOf(runs: readonly Run__Output[], x: Parameter, y: Parameter): Phase[] {
  const columns = areas(x.axis, runs.map(x.value));
  return columns.flatMap(({ at, from: left, to: right }) => {
    const column = runs.filter((run) => x.value(run) === at);
    const rows = areas(y.axis, column.map(y.value));
    return rows.flatMap(({ at: height, from: bottom, to: top }) =>
      column
        .filter((run) => y.value(run) === height)
        .map((run) => ({ x: at, y: height, left, right, bottom, top, estimate: estimateOf(run) })),
    );
  });
}

function estimateOf(run: Run__Output): Phase["estimate"] {
  const { estimate, lower, upper } = exponentOf(run) ?? {};
  if (estimate === undefined || lower === undefined || upper === undefined) return undefined;
  return { value: estimate, lower, upper };
}

/** The interval nearest to each value; the outermost reach as far out as in. */
function areas({ scale }: Axis, values: readonly number[]) {
  const [to, back] =
    scale === "log" ? [Math.log, Math.exp] : [(value: number) => value, (value: number) => value];
  const sorted = [...new Set(values)].toSorted((a, b) => a - b);
  const places = sorted.map(to);
  return sorted.map((at, i) => {
    const place = places[i] as number;
    const [before, after] = [places[i - 1], places[i + 1]];
    const half = Math.abs((after ?? before ?? place + 0.1) - place) / 2;
    return {
      at,
      from: back(before === undefined ? place - half : (before + place) / 2),
      to: back(
        after === undefined
          ? place + (before === undefined ? half : (place - before) / 2)
          : (place + after) / 2,
      ),
    };
  });
}

/**
 * The critical gain at each x, exact where it is known. Elsewhere it comes from the runs: the
 * activation is homogeneous, so λ(g) = λ(1) + ln g, and every run says ln g − λ̂ as precisely as λ̂.
 */
function criticalLine(runs: readonly Run__Output[], x: Parameter): PhaseDiagram["critical"] {
  const isExact = runs.every((run) => exactGain(run) !== undefined);
  const points = [...new Set(runs.map(x.value))]
    .toSorted((a, b) => a - b)
    .flatMap((at): Point[] => {
      const column = runs.filter((run) => x.value(run) === at);
      const y = isExact ? column.map(exactGain)[0] : estimatedGain(column);
      return y === undefined ? [] : [{ x: at, y }];
    });
  if (points.length === 0) return undefined;
  return { series: isExact ? "critical gain, exact" : "critical gain, estimated", points };
}

function exactGain({ exact }: Run__Output): number | undefined {
  return exact?.extinct === true ? exact.survivors?.criticalGain : exact?.criticalGain;
}

/** The mean, weighted by the inverse squares of the errors. */
function estimatedGain(column: readonly Run__Output[]): number | undefined {
  let [sum, weights] = [0, 0];
  for (const run of column) {
    const { estimate, standardError } = exponentOf(run) ?? {};
    if (estimate === undefined || !(Number(standardError) > 0)) continue;
    const weight = Number(standardError) ** -2;
    sum += weight * (Math.log(GAIN.value(run)) - estimate);
    weights += weight;
  }
  return weights > 0 ? Math.exp(sum / weights) : undefined;
}
