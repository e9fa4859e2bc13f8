import type { Diagram, PhaseDiagram } from "../../../shared/charts/chart.ts";
import { phaseDiagram } from "../../../shared/charts/phases.ts";
import { fixed } from "../../../shared/text/numbers.ts";
import type { Run, Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { exactly, FALSE_ALARM_RATE } from "../check.ts";
import type { Claim, Scale } from "../claim.ts";
import { growthThroughDepth } from "../growthThroughDepth.ts";
import {
  bonferroni,
  noneOf,
  ofEstimate,
  pooled,
  zScores,
  type Uncertain,
} from "../measurements.ts";
import { doublings, exactOf, exponentOfRun, networkRun, SLOPE } from "../networkRuns.ts";

interface Grid {
  readonly widths: readonly number[];
  readonly gains: number;
  readonly replicas: number;
}

const GRIDS: Readonly<Record<Scale, Grid>> = {
  quick: { widths: [3, 4, 6, 8, 12, 16, 24, 32], gains: 12, replicas: 1024 },
  full: { widths: [3, 4, 6, 8, 12, 16, 24, 32, 48, 64], gains: 20, replicas: 2048 },
};
const [LEAST_GAIN, MOST_GAIN] = [1.3, 3.2];
const DEPTH = 100;
/** Gains as multiples of the critical one, whose networks are followed through the depth. */
const FOLLOWED = [0.8, 0.9, 1, 1.1, 1.25] as const;
const FOLLOWED_WIDTH = 8;
const FOLLOWED_REPLICAS = 8192;
/** Runs with a gain this close to the critical one may be left undecided. */
const CLOSE = 0.02;
const GAIN_RESOLUTION = 0.005;

/** λ changes its sign at the critical gain, which parts networks that vanish from those that explode. */
export const phaseTransition: Claim = {
  id: "phases",
  title: "Phase transition",
  statement:
    "λ parts two phases sharply: at a gain below the critical one λ < 0 and activations vanish, above " +
    "it λ > 0 and they explode, by a factor e^(λL) over L layers.",
  method:
    "Over a grid of widths and gains the gain at which λ̂ is zero is found for each width, and " +
    "compared with the exact critical gain. No run may have λ̂ of the wrong sign beyond its error, " +
    `and no run farther than ${100 * CLOSE} % from the critical gain an undecided one.`,
  runs: (scale) => {
    const { widths, gains, replicas } = GRIDS[scale];
    const network = { weights: "gaussian", depth: DEPTH, negativeSlope: SLOPE } as const;
    const runs: Run[] = [];
    for (const width of widths) {
      for (const gain of steps(gains)) {
        const seed = 40_000 + runs.length;
        runs.push(networkRun({ ...network, width, gain, replicas, seed, checkpoints: [DEPTH] }));
      }
    }
    const { criticalGain } = exactOf("gaussian", FOLLOWED_WIDTH);
    const followed = FOLLOWED.map((ratio, i) =>
      networkRun({
        ...network,
        width: FOLLOWED_WIDTH,
        gain: ratio * criticalGain,
        replicas: FOLLOWED_REPLICAS,
        seed: 49_000 + i,
        checkpoints: doublings(DEPTH),
      }),
    );
    return [...runs, ...followed];
  },
  measure: (runs) => {
    const grid = gridOf(runs);
    const found = [...Map.groupBy(grid, widthOf)].map(([width, column]) =>
      criticalDeviation(width, column),
    );
    const threshold = bonferroni(FALSE_ALARM_RATE, grid.length);
    const decided = grid.filter((run) => Math.abs(zOf(exponentOfRun(run))) > threshold);
    const undecided = grid.filter((run) => !decided.includes(run));
    const wrong = decided.filter((run) => exponentOfRun(run).value > 0 !== distance(run) > 0);
    const far = undecided.filter((run) => Math.abs(distance(run)) > CLOSE);
    return [
      ofEstimate(
        "log of the critical gain found over the exact one, mean over all widths",
        pooled(found),
        exactly(0),
        GAIN_RESOLUTION,
      ),
      ...zScores("the critical gains", found.map(zOf)),
      noneOf("runs of the wrong phase", wrong.length),
      noneOf(
        "runs far from the critical gain of which no phase is known",
        far.length,
        "cannot be told",
      ),
    ];
  },
  figures: (runs) => [
    {
      name: "phases",
      caption:
        "λ̂ over width and gain: networks vanish below the line of the exact critical gain, and " +
        "explode above it.",
      picture: map(runs),
    },
    {
      name: "phases-depth",
      caption:
        "The growth of single networks through the depth: bands hold the middle half of them. A few " +
        "per cent of gain decide between vanishing and exploding.",
      picture: followedChart(runs.slice(-FOLLOWED.length)),
    },
  ],
};

/** Gains in equal ratios. */
function steps(count: number): number[] {
  const ratio = (MOST_GAIN / LEAST_GAIN) ** (1 / (count - 1));
  return Array.from({ length: count }, (_, i) => Math.round(1e4 * LEAST_GAIN * ratio ** i) / 1e4);
}

function gridOf(runs: readonly Run__Output[]): readonly Run__Output[] {
  return runs.slice(0, -FOLLOWED.length);
}

function widthOf({ network }: Run__Output): number {
  return network?.width ?? 1;
}

function zOf({ value, error }: Uncertain): number {
  return value / error;
}

/** The logarithm of a run's gain over the critical one, which is its λ. */
function distance(run: Run__Output): number {
  return Math.log((run.network?.gain ?? NaN) / exactOf("gaussian", widthOf(run)).criticalGain);
}

/**
 * The logarithm of the critical gain found over the exact one: each run says ln g − λ̂, because λ grows
 * with ln g.
 */
function criticalDeviation(width: number, column: readonly Run__Output[]): Uncertain {
  const estimates = column.map((run) => {
    const { value, error } = exponentOfRun(run);
    return { value: Math.log(run.network?.gain ?? NaN) - value, error };
  });
  const { value, error } = pooled(estimates);
  return { value: value - Math.log(exactOf("gaussian", width).criticalGain), error };
}

function map(runs: readonly Run__Output[]): PhaseDiagram {
  return phaseDiagram({
    name: `depth ${DEPTH}, α ${SLOPE}`,
    displayName: "Phase transition: Gaussian weights",
    runs: [...gridOf(runs)],
  });
}

function followedChart(runs: readonly Run__Output[]): Diagram {
  const { criticalGain } = exactOf("gaussian", FOLLOWED_WIDTH);
  return {
    kind: "diagram",
    title: "Phase transition through the depth",
    subtitle: `Gaussian weights, width ${FOLLOWED_WIDTH}, α ${SLOPE}`,
    name: "bands: the middle half of all networks; lines: the mean growth",
    panels: [
      growthThroughDepth(
        runs,
        (run) => `${fixed((run.network?.gain ?? NaN) / criticalGain, 2)} × the critical gain`,
      ),
    ],
  };
}
