import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";

import type { Bar, Diagram, Estimated } from "../../../shared/charts/chart.ts";
import { networkLabel, weightsLabel } from "../../../shared/charts/networkLabels.ts";
import type { Exponents } from "../../../shared/theory/exact.ts";
import type { CheckpointEstimate__Output } from "../../../shared/wire/generated/lyapunov/v1/CheckpointEstimate.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { exactly } from "../check.ts";
import type { Claim, Scale } from "../claim.ts";
import { meanOf, overRuns } from "../measurements.ts";
import {
  byNetwork,
  checkpointAt,
  exactOfRun,
  firstOf,
  quantileAt,
  repeated,
  SLOPE,
} from "../networkRuns.ts";

const SIZES: Readonly<Record<Scale, { readonly depth: number; readonly replicas: number }>> = {
  quick: { depth: 256, replicas: 16_384 },
  full: { depth: 1024, replicas: 32_768 },
};
const TIMES = 16;
/** The depths at which the shape of the law is compared, beside the full one. */
const SHALLOW = [4, 16, 64] as const;
const PROBABILITIES = [0.025, 0.25, 0.5, 0.75, 0.975] as const;
const SHAPE_RESOLUTION = 0.3;
const QUANTILE_RESOLUTION = 0.1;
/** What the bins of a sketch and the terms that are left out may move a quantile by. */
const QUANTILE_ALLOWANCE = 0.01;
const CURVE_POINTS = 121;
const CURVE_REACH = 4;

/** (S_L − λL)/√L becomes normal with variance σ². */
export const centralLimitTheorem: Claim = {
  id: "clt",
  title: "Central limit theorem",
  statement:
    "The growth of the log-norm fluctuates as a normal law: (S_L − λL)/√L → N(0, σ²). Its skewness " +
    "falls to zero as 1/√L and its excess kurtosis as 1/L.",
  method:
    "Skewness and excess kurtosis at four depths are compared with κ₃/(σ³√L) and κ₄/(σ⁴L), which " +
    "are exact. Five quantiles of the standardized growth at the full depth are compared with those " +
    "of the normal law with Cornish and Fisher's corrections for that skewness and kurtosis, which " +
    "vanish as L grows.",
  runs: (scale) => {
    const { depth, replicas } = SIZES[scale];
    const size = { depth, replicas, negativeSlope: SLOPE, gain: "he", checkpoints: SHALLOW };
    return [
      ...repeated({ ...size, weights: "gaussian", width: 4, seed: 20_000 }, TIMES),
      ...repeated({ ...size, weights: "orthogonal", width: 2, seed: 20_100 }, TIMES),
    ];
  },
  measure: (runs) =>
    byNetwork(runs).flatMap((group) => {
      const first = firstOf(group);
      const label = networkLabel(first);
      const exact = exactOfRun(first);
      const depth = depthOf(first);
      return [
        ...depthsOf(first).flatMap((at) => [
          overRuns(
            `skewness at depth ${at}, ${label}`,
            group.map((run) => checkpointAt(run, at).skewness ?? NaN),
            exactly(skewnessAt(exact, at)),
            SHAPE_RESOLUTION,
          ),
          overRuns(
            `excess kurtosis at depth ${at}, ${label}`,
            group.map((run) => checkpointAt(run, at).excessKurtosis ?? NaN),
            exactly(kurtosisAt(exact, at)),
            SHAPE_RESOLUTION,
          ),
        ]),
        ...PROBABILITIES.map((probability) => {
          const expected = quantileOf(exact, depth, probability);
          return overRuns(
            `standardized quantile at ${probability}, ${label}`,
            group.map((run) => {
              const value = quantileAt(checkpointAt(run, depth), probability);
              return standardized(exact, depth, value);
            }),
            { from: expected - QUANTILE_ALLOWANCE, to: expected + QUANTILE_ALLOWANCE },
            QUANTILE_RESOLUTION,
          );
        }),
      ];
    }),
  figures: (runs) =>
    byNetwork(runs).map((group) => ({
      name: `clt-${weightsLabel(firstOf(group))}`,
      caption:
        "Left: the standardized growth at the full depth beside the normal law. Right: skewness and " +
        "excess kurtosis fall to zero; the lines are exact.",
      picture: chart(group),
    })),
};

function depthOf({ network }: Run__Output): number {
  return network?.depth ?? 1;
}

function depthsOf(run: Run__Output): number[] {
  return run.checkpoints.map(({ depth }) => depth);
}

function standardized(exact: Exponents, depth: number, growth: number): number {
  return (growth - exact.lyapunovExponent * depth) / Math.sqrt(exact.variance * depth);
}

function skewnessAt({ thirdCumulant, variance }: Exponents, depth: number): number {
  return thirdCumulant / variance ** 1.5 / Math.sqrt(depth);
}

function kurtosisAt({ fourthCumulant, variance }: Exponents, depth: number): number {
  return fourthCumulant / variance ** 2 / depth;
}

/**
 * A quantile of the standardized growth: that of the normal law, with Cornish and Fisher's first
 * corrections. What is left out falls as L^(−3/2).
 *
 * @internal exported for tests
 */
export function quantileOf(exact: Exponents, depth: number, probability: number): number {
  const z = normalQuantile(probability, 0, 1);
  const [skewness, kurtosis] = [skewnessAt(exact, depth), kurtosisAt(exact, depth)];
  return (
    z +
    (skewness * (z * z - 1)) / 6 +
    (kurtosis * (z ** 3 - 3 * z)) / 24 -
    (skewness ** 2 * (2 * z ** 3 - 5 * z)) / 36
  );
}

function chart(group: readonly Run__Output[]): Diagram {
  const first = firstOf(group);
  const exact = exactOfRun(first);
  const depth = depthOf(first);
  const depths = depthsOf(first);
  const points = (of: (checkpoint: CheckpointEstimate__Output) => number | undefined) =>
    depths.map((x): Estimated => {
      const { value: y, error } = meanOf(group.map((run) => of(checkpointAt(run, x)) ?? NaN));
      return { x, y, lower: y - 2 * error, upper: y + 2 * error };
    });
  return {
    kind: "diagram",
    title: `Central limit theorem: ${networkLabel(first)}`,
    subtitle: "points: means of runs of different seeds, with two standard errors; lines: exact",
    name: `${group.length} runs of ${first.replicaCount} networks; the histogram is of the first`,
    panels: [
      {
        x: { title: `(S_L − λL) / (σ√L), L = ${depth}`, scale: "linear" },
        y: { title: "density", scale: "linear" },
        marks: [
          { kind: "bars", series: "networks", bars: barsOf(first, exact, depth) },
          { kind: "line", series: "normal law", points: normalCurve() },
        ],
      },
      {
        x: { title: "depth l", scale: "log", ticks: depths },
        y: { title: "shape of the law", scale: "linear" },
        marks: [
          {
            kind: "line",
            series: "skewness",
            points: depths.map((x) => ({ x, y: skewnessAt(exact, x) })),
          },
          {
            kind: "line",
            series: "excess kurtosis",
            points: depths.map((x) => ({ x, y: kurtosisAt(exact, x) })),
          },
          { kind: "points", series: "skewness", points: points(({ skewness }) => skewness) },
          {
            kind: "points",
            series: "excess kurtosis",
            points: points(({ excessKurtosis }) => excessKurtosis),
          },
        ],
      },
    ],
  };
}

/** The histogram of the growth at the full depth, standardized; the bars' areas add up to 1. */
function barsOf(run: Run__Output, exact: Exponents, depth: number): Bar[] {
  const { binWidth = 1, binIndexes = [], binCounts = [] } = run.checkpoints.at(-1)?.histogram ?? {};
  const counts = binCounts.map(Number);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count, i) => {
    const index = Number(binIndexes[i]);
    const from = standardized(exact, depth, index * binWidth);
    const to = standardized(exact, depth, (index + 1) * binWidth);
    return { from, to, y: count / total / (to - from) };
  });
}

function normalCurve() {
  return Array.from({ length: CURVE_POINTS }, (_, i) => {
    const x = CURVE_REACH * ((2 * i) / (CURVE_POINTS - 1) - 1);
    return { x, y: Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI) };
  });
}
