import type { Arm, CurvePoint } from "../studies/arm.ts";
import type { StudyReport } from "../studies/studyReport.ts";
import { count, counted } from "../text/counts.ts";
import { given } from "../text/numbers.ts";
import type { Axis, Chart, Panel } from "./chart.ts";
import { NothingToDraw } from "./nothingToDraw.ts";

const STEPS: Axis = { title: "steps", scale: "log" };

/** Bands reach no higher than this many times the highest line: networks that diverge are far above. */
const MOST_ABOVE_LINES = 10;

/** A loss of a curve: what it is called, its line, and its quantiles. */
interface Loss {
  readonly title: string;
  readonly lineAt: (point: CurvePoint) => number | undefined;
  readonly quantilesAt: (point: CurvePoint) => ReadonlyMap<number, number>;
}

const TEST_LOSS: Loss = {
  title: "test loss",
  lineAt: ({ medianTestLoss }) => medianTestLoss?.estimate,
  quantilesAt: ({ testLossQuantiles }) => testLossQuantiles,
};
/** The loss by which the paper's rule chooses, so that the picture shows what the table says. */
const BEST_TEST_LOSS: Loss = {
  ...TEST_LOSS,
  title: "test loss, best 80 %",
  lineAt: ({ bestMedianTestLoss }) => bestMedianTestLoss?.estimate,
};
const TRAINING_LOSS: Loss = {
  title: "training loss",
  lineAt: ({ medianTrainingLoss }) => medianTrainingLoss?.estimate,
  quantilesAt: ({ trainingLossQuantiles }) => trainingLossQuantiles,
};

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
 * median of the best 80 % of seeds for the test loss, as the rule has it, that of all seeds for the
 * training loss, and the middle half of all seeds as a band.
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
  const panels = [BEST_TEST_LOSS, TRAINING_LOSS].map((loss) =>
    panelOf(
      loss,
      arms.map((arm) => lineOf(arm, loss, arm.initialization)),
      arms.map((arm) => bandOf(arm, loss, MIDDLE_HALF, arm.initialization)),
    ),
  );
  if (isEmpty(panels)) {
    throw new NothingToDraw(
      study,
      "no arm has trained all of its seeds; wait until one has, or start the study anew if it has ended",
    );
  }
  return {
    kind: "diagram",
    title: study.displayName || study.name,
    subtitle:
      `lines: median; bands: middle half of ` +
      `${report.seedCount === undefined ? "all seeds" : counted(report.seedCount, "seed")}, ` +
      `up to ${MOST_ABOVE_LINES} times the highest line; each initialization at its own best setting`,
    name: study.name,
    panels,
  };
}

/**
 * Draws the learning curve of one training: the median over its replicas, the middle half and the
 * middle nine tenths.
 *
 * @throws NothingToDraw if it has no curve yet
 */
export function learningCurveChart(arm: Arm): Chart {
  const panels = [TEST_LOSS, TRAINING_LOSS].map((loss) =>
    panelOf(
      loss,
      [lineOf(arm, loss, "median")],
      [MIDDLE_NINE_TENTHS, MIDDLE_HALF].map((band) => bandOf(arm, loss, band, band.name)),
    ),
  );
  if (isEmpty(panels)) {
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
      `${given(arm.weightDecay)}; ${count(arm.seedCount)} networks; ` +
      `bands up to ${MOST_ABOVE_LINES} times the highest median`,
    name: arm.run,
    panels,
  };
}

type Line = ReturnType<typeof lineOf>;
type Area = ReturnType<typeof bandOf>;

/** A panel whose bands are cut off far above its lines. */
function panelOf({ title }: Loss, lines: readonly Line[], bands: readonly Area[]): Panel {
  const heights = lines.flatMap(({ points }) => points.map(({ y }) => y));
  const most = MOST_ABOVE_LINES * Math.max(...heights);
  const cut = bands.map((band) => ({
    ...band,
    points: band.points
      .filter(({ lower }) => lower < most)
      .map((point) => ({ ...point, upper: Math.min(most, point.upper) })),
  }));
  return { x: STEPS, y: { title, scale: "log" }, marks: [...cut, ...lines] };
}

function isEmpty(panels: readonly Panel[]): boolean {
  const marks = panels.flatMap((panel) => panel.marks);
  return marks.every((mark) => mark.kind !== "line" || mark.points.length === 0);
}

function lineOf({ curve }: Arm, { lineAt }: Loss, series: string) {
  const points = curve.flatMap((point) => {
    const y = lineAt(point);
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
