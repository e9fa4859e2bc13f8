import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";

import type { Diagram, Estimated } from "../../../shared/charts/chart.ts";
import { networkLabel, weightsLabel } from "../../../shared/charts/networkLabels.ts";
import { count } from "../../../shared/text/counts.ts";
import { exactBeside, fixed, percent, withError } from "../../../shared/text/numbers.ts";
import { times } from "../../../shared/text/times.ts";
import type { Run, Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { exactly } from "../check.ts";
import type { Claim, Scale } from "../claim.ts";
import { growthThroughDepth } from "../growthThroughDepth.ts";
import { markdownTable } from "../markdownTable.ts";
import { meanOf, ofEstimate, overRuns, type Uncertain } from "../measurements.ts";
import {
  byNetwork,
  checkpointAt,
  doublings,
  exactOf,
  exactOfRun,
  firstOf,
  networkRun,
  quantileAt,
  repeated,
  SLOPE,
} from "../networkRuns.ts";
import { shareWithin } from "../shareWithin.ts";

interface Size {
  readonly widths: readonly number[];
  readonly depth: number;
  readonly replicas: number;
}

const SIZES: Readonly<Record<Scale, Size>> = {
  quick: { widths: [2, 8, 16], depth: 256, replicas: 1024 },
  full: { widths: [2, 8, 32], depth: 512, replicas: 2048 },
};
const TIMES = 16;
const SPREAD_RESOLUTION = 0.1;
/** Gains as multiples of the critical one, at which the networks are counted that stay usable. */
const RATIOS = [0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.25] as const;
const COUNTED_WIDTH = 8;
const COUNTED_DEPTH = 128;
const COUNTED_REPLICAS = 8192;
/** A norm that has changed by less than this factor is usable. */
const FACTOR = 1000;

/** At the critical gain single networks still differ by σ√L, and no other gain keeps more of them. */
export const finiteDepthSpread: Claim = {
  id: "spread",
  title: "Spread at finite depth",
  statement:
    "At the critical gain the mean growth is zero, but single networks are spread about it by σ√L: " +
    "half of them end between e^(−0.67σ√L) and e^(0.67σ√L). No other gain keeps more of them within " +
    "bounds: Lyapunov initialization is as stable as possible, and narrow networks stay apart.",
  method:
    "The variance of S_L over σ²L and the width of the middle half of networks over that of the normal " +
    "law are compared with 1. The share of networks whose norm has changed by less than a factor " +
    `${FACTOR} is compared between the critical gain and gains a tenth and more away.`,
  runs: (scale) => {
    const { widths, depth, replicas } = SIZES[scale];
    const size = { depth, replicas, negativeSlope: SLOPE, gain: "lyapunov" };
    const checkpoints = doublings(depth);
    const spread: Run[] = widths.flatMap((width, i) =>
      repeated({ ...size, checkpoints, weights: "gaussian", width, seed: 70_000 + 100 * i }, TIMES),
    );
    const { criticalGain } = exactOf("gaussian", COUNTED_WIDTH);
    const counted = RATIOS.map((ratio, i) =>
      networkRun({
        weights: "gaussian",
        width: COUNTED_WIDTH,
        depth: COUNTED_DEPTH,
        negativeSlope: SLOPE,
        gain: ratio * criticalGain,
        replicas: COUNTED_REPLICAS,
        seed: 79_000 + i,
        checkpoints: [COUNTED_DEPTH],
      }),
    );
    return [...spread, ...counted];
  },
  measure: (runs) => {
    const spread = byNetwork(spreadRuns(runs)).flatMap((group) => {
      const first = firstOf(group);
      const label = networkLabel(first);
      const depth = depthOf(first);
      const { variance } = exactOfRun(first);
      const middleHalf = 2 * normalQuantile(0.75, 0, 1) * Math.sqrt(variance * depth);
      return [
        overRuns(
          `Var S_L / σ²L, ${label}`,
          group.map((run) => (checkpointAt(run, depth).variance ?? NaN) / (variance * depth)),
          exactly(1),
          SPREAD_RESOLUTION,
        ),
        overRuns(
          `middle half of networks over that of the normal law, ${label}`,
          group.map((run) => {
            const last = checkpointAt(run, depth);
            return (quantileAt(last, 0.75) - quantileAt(last, 0.25)) / middleHalf;
          }),
          { from: 1 - SPREAD_RESOLUTION / 5, to: 1 + SPREAD_RESOLUTION / 5 },
          SPREAD_RESOLUTION,
        ),
      ];
    });
    const counted = countedRuns(runs);
    const critical = keptShare(counted[RATIOS.indexOf(1)]);
    const others = RATIOS.flatMap((ratio, i) => {
      if (Math.abs(ratio - 1) < 0.075) return [];
      const share = keptShare(counted[i]);
      return [
        ofEstimate(
          `share of networks kept at the critical gain, minus that at ${ratio} of it`,
          {
            value: critical.value - share.value,
            error: Math.hypot(critical.error, share.error),
          },
          { from: 0, to: Infinity },
          0,
        ),
      ];
    });
    return [...spread, ...others];
  },
  figures: (runs) => [
    {
      name: "spread",
      caption:
        "Left: bands hold the middle half of networks at the critical gain. Right: the standard " +
        "deviation of S_l among networks; lines: σ√l.",
      picture: spreadChart(byNetwork(spreadRuns(runs))),
    },
    {
      name: "spread-gain",
      caption: `The share of networks that are within a factor ${FACTOR} of their first norm.`,
      picture: sharesChart(countedRuns(runs)),
    },
  ],
  tables: (runs) => [spreadTable(byNetwork(spreadRuns(runs)))],
};

function depthOf({ network }: Run__Output): number {
  return network?.depth ?? 1;
}

function spreadRuns(runs: readonly Run__Output[]): readonly Run__Output[] {
  return runs.slice(0, -RATIOS.length);
}

function countedRuns(runs: readonly Run__Output[]): readonly Run__Output[] {
  return runs.slice(-RATIOS.length);
}

/** The share of a run's networks whose norm is usable at the end. */
function keptShare(run: Run__Output | undefined): Uncertain {
  const value = shareWithin(run?.checkpoints.at(-1)?.histogram, Math.log(FACTOR));
  return { value, error: Math.sqrt((value * (1 - value)) / Number(run?.replicaCount)) };
}

function spreadTable(groups: readonly (readonly Run__Output[])[]): string {
  return markdownTable(
    [
      "network",
      "L",
      "networks",
      "standard deviation of S_L",
      "σ√L",
      "half of all networks between",
    ],
    groups.map((group) => {
      const first = firstOf(group);
      const depth = depthOf(first);
      const { value, error } = meanOf(group.map((run) => deviationAt(run, depth)));
      const quantile = (probability: 0.25 | 0.75) =>
        meanOf(group.map((run) => quantileAt(checkpointAt(run, depth), probability))).value;
      const replicas = group.reduce((sum, run) => sum + Number(run.replicaCount), 0);
      return [
        networkLabel(first),
        count(depth),
        count(replicas),
        withError(value, error),
        exactBeside(Math.sqrt(exactOfRun(first).variance * depth), error),
        `${times(quantile(0.25))} and ${times(quantile(0.75))}`,
      ];
    }),
  );
}

function deviationAt(run: Run__Output, depth: number): number {
  return Math.sqrt(checkpointAt(run, depth).variance ?? NaN);
}

function widthLabel({ network }: Run__Output): string {
  return `width ${network?.width}`;
}

function spreadChart(groups: readonly (readonly Run__Output[])[]): Diagram {
  const depths = firstOf(groups[0] ?? []).checkpoints.map(({ depth }) => depth);
  return {
    kind: "diagram",
    title: "Spread of single networks at the critical gain",
    subtitle: "Gaussian weights; points: means of runs of different seeds with two standard errors",
    name: `${TIMES} runs of each network, α ${SLOPE}; bands and means are of the first`,
    panels: [
      growthThroughDepth(groups.map(firstOf), widthLabel),
      {
        x: { title: "depth l", scale: "log" },
        y: { title: "standard deviation of S_l", scale: "log" },
        marks: groups.flatMap((group) => {
          const first = firstOf(group);
          const { variance } = exactOfRun(first);
          return [
            {
              kind: "line" as const,
              series: widthLabel(first),
              points: depths.map((x) => ({ x, y: Math.sqrt(variance * x) })),
            },
            {
              kind: "points" as const,
              series: widthLabel(first),
              points: depths.map((x): Estimated => {
                const { value: y, error } = meanOf(group.map((run) => deviationAt(run, x)));
                return { x, y, lower: y - 2 * error, upper: y + 2 * error };
              }),
            },
          ];
        }),
      },
    ],
  };
}

function sharesChart(runs: readonly Run__Output[]): Diagram {
  const first = firstOf(runs);
  const points = runs.map((run, i): Estimated => {
    const { value: y, error } = keptShare(run);
    return { x: RATIOS[i] ?? NaN, y, lower: y - 2 * error, upper: y + 2 * error };
  });
  const most = Math.max(...points.map(({ y }) => y));
  return {
    kind: "diagram",
    title: `Networks whose norm stays within a factor ${FACTOR}`,
    subtitle:
      `${weightsLabel(first)} weights, width ${COUNTED_WIDTH}, depth ${COUNTED_DEPTH}; ` +
      `at most ${percent(Number(fixed(most, 3)))}`,
    name: "points: shares with two standard errors",
    panels: [
      {
        x: { title: "gain over the critical gain", scale: "linear" },
        y: { title: "share of networks", scale: "linear" },
        marks: [{ kind: "points", series: "networks kept", points }],
      },
    ],
  };
}
