import type { Arm, CurvePoint } from "../studies/arm.ts";
import type { StudyReport } from "../studies/studyReport.ts";
import { count, counted } from "../text/counts.ts";
import { given } from "../text/numbers.ts";
import type { Axis, Chart, Mark, Panel } from "./chart.ts";
import { NothingToDraw } from "./nothingToDraw.ts";

const STEPS: Axis = { title: "steps", scale: "log" };

/** A loss of a curve: what it is called, and its quantiles. */
interface Loss {
  readonly title: string;
  readonly quantilesAt: (point: CurvePoint) => ReadonlyMap<number, number>;
}

const LOSSES: readonly Loss[] = [
  { title: "test loss", quantilesAt: ({ testLossQuantiles }) => testLossQuantiles },
  { title: "training loss", quantilesAt: ({ trainingLossQuantiles }) => trainingLossQuantiles },
];

/** Quantiles that a band lies between, with its name. */
interface Band {
  readonly name: string;
  readonly lower: number;
  readonly upper: number;
}

const MIDDLE_HALF: Band = { name: "middle half", lower: 0.25, upper: 0.75 };
const MIDDLE_NINE_TENTHS: Band = { name: "middle nine tenths", lower: 0.05, upper: 0.95 };

/**
 * Draws the learning curve of each initialization at its own best setting by the paper's rule: the
 * median over seeds, and the band of the middle half.
 *
 * @param study the study's names
 * @throws NothingToDraw if no initialization has a curve yet
 */
export function learningCurvesChart(
  study: { readonly name: string; readonly displayName: string },
  report: StudyReport,
): Chart {
  const [byBest] = report.rules;
  const arms = (byBest?.choices ?? []).flatMap(({ arm }) => arm ?? []);
  const panels = LOSSES.map((loss) => ({
    bands: arms.map((arm) => bandOf(arm, loss, MIDDLE_HALF, arm.initialization)),
    lines: arms.map((arm) => medianOf(arm, loss, arm.initialization)),
    title: loss.title,
  }));
  if (panels.every(({ lines }) => lines.every(({ points }) => points.length === 0))) {
    throw new NothingToDraw(study, "no arm has trained all of its seeds yet; wait until one has");
  }
  return {
    kind: "diagram",
    title: study.displayName || study.name,
    subtitle:
      `lines: median over ${report.seedCount === undefined ? "seeds" : counted(report.seedCount, "seed")}; ` +
      `bands: middle half; each initialization at its own best setting`,
    name: study.name,
    panels: panels.map(({ bands, lines, title }) => panelOf(title, [...bands, ...lines])),
  };
}

/**
 * Draws the learning curve of one training: the median over its replicas, the middle half and the
 * middle nine tenths.
 *
 * @throws NothingToDraw if it has no curve yet
 */
export function learningCurveChart(arm: Arm): Chart {
  const panels = LOSSES.map((loss) => ({
    bands: [MIDDLE_NINE_TENTHS, MIDDLE_HALF].map((band) => bandOf(arm, loss, band, band.name)),
    line: medianOf(arm, loss, "median"),
    title: loss.title,
  }));
  if (panels.every(({ line }) => line.points.length === 0)) {
    throw new NothingToDraw(
      { name: arm.run },
      "its first shard has not arrived yet; wait until it has",
    );
  }
  return {
    kind: "diagram",
    title: `Learning ${arm.task.replaceAll("_", " ")}: ${arm.initialization}`,
    subtitle:
      `${arm.optimizer}, learning rate ${given(arm.learningRate)}, weight decay ` +
      `${given(arm.weightDecay)}; ${count(arm.seedCount)} networks`,
    name: arm.run,
    panels: panels.map(({ bands, line, title }) => panelOf(title, [...bands, line])),
  };
}

function panelOf(title: string, marks: readonly Mark[]): Panel {
  return { x: STEPS, y: { title, scale: "log" }, marks };
}

function medianOf({ curve }: Arm, { quantilesAt }: Loss, series: string) {
  const points = curve.flatMap((point) => {
    const y = quantilesAt(point).get(0.5);
    return isDrawn(point, y) ? [{ x: point.step, y }] : [];
  });
  return { kind: "line" as const, series, points };
}

function bandOf({ curve }: Arm, { quantilesAt }: Loss, band: Band, series: string) {
  const points = curve.flatMap((point) => {
    const quantiles = quantilesAt(point);
    const [lower, upper] = [quantiles.get(band.lower), quantiles.get(band.upper)];
    return isDrawn(point, lower) && upper !== undefined ? [{ x: point.step, lower, upper }] : [];
  });
  return { kind: "band" as const, series, points };
}

/** Whether a point has a place on logarithmic axes: the start, at step 0, has none. */
function isDrawn({ step }: CurvePoint, loss: number | undefined): loss is number {
  return step > 0 && loss !== undefined && loss > 0;
}
