import type { Diagram, Estimated, Point } from "../../../shared/charts/chart.ts";
import { networkLabel } from "../../../shared/charts/networkLabels.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { exactly } from "../check.ts";
import type { Claim, Scale } from "../claim.ts";
import { meanOf, overRuns } from "../measurements.ts";
import {
  byNetwork,
  checkpointAt,
  doublings,
  exactOfRun,
  firstOf,
  quantileAt,
  repeated,
  SLOPE,
} from "../networkRuns.ts";

const SIZES: Readonly<Record<Scale, { readonly depth: number; readonly replicas: number }>> = {
  quick: { depth: 1024, replicas: 2048 },
  full: { depth: 4096, replicas: 4096 },
};
/** Runs of each network: their spread is the error of everything that is measured. */
const TIMES = 16;
/** The depth from which on the spread is compared. */
const SHALLOW = 8;
/** How far the mean growth may be off, as a share of λ. */
const MEAN_RESOLUTION = 0.01;
const POWER_RESOLUTION = 0.02;

/** S_L / L comes ever closer to λ, and its spread shrinks as 1/√L. */
export const lawOfLargeNumbers: Claim = {
  id: "lln",
  title: "Law of large numbers",
  statement:
    "The log-norm of the activations grows by λ a layer: S_L/L → λ. What single networks are away " +
    "from it shrinks as 1/√L.",
  method:
    "The mean growth per layer at the full depth is compared with the exact λ. The power of L with " +
    `which the standard deviation of S_L/L falls between depth ${SHALLOW} and the full one is ` +
    "compared with −½.",
  runs: (scale) => {
    const size = { ...SIZES[scale], negativeSlope: SLOPE, gain: "he" };
    const checkpoints = doublings(size.depth);
    return [
      ...repeated({ ...size, checkpoints, weights: "gaussian", width: 2, seed: 10_000 }, TIMES),
      ...repeated({ ...size, checkpoints, weights: "orthogonal", width: 8, seed: 10_100 }, TIMES),
    ];
  },
  measure: (runs) =>
    byNetwork(runs).flatMap((group) => {
      const label = networkLabel(firstOf(group));
      const { lyapunovExponent } = exactOfRun(firstOf(group));
      return [
        overRuns(
          `growth per layer, ${label}`,
          group.map((run) => meanPerLayer(run, depthOf(run))),
          exactly(lyapunovExponent),
          MEAN_RESOLUTION * Math.abs(lyapunovExponent),
        ),
        overRuns(
          `power of L in the spread, ${label}`,
          group.map(power),
          exactly(-0.5),
          POWER_RESOLUTION,
        ),
      ];
    }),
  figures: (runs) => [
    {
      name: "lln",
      caption:
        "Left: bands hold the growth per layer of 95 % of the networks; the lines are the exact λ. " +
        "Right: the standard deviation of the growth per layer; the lines are σ/√l.",
      picture: chart(byNetwork(runs)),
    },
  ],
};

function depthOf({ network }: Run__Output): number {
  return network?.depth ?? 1;
}

function meanPerLayer(run: Run__Output, depth: number): number {
  return (checkpointAt(run, depth).mean ?? NaN) / depth;
}

/** The standard deviation of S_l/l among networks. */
function spreadPerLayer(run: Run__Output, depth: number): number {
  return Math.sqrt(checkpointAt(run, depth).variance ?? NaN) / depth;
}

/** The power p of a spread that is proportional to L^p. */
function power(run: Run__Output): number {
  const depth = depthOf(run);
  const ratio = spreadPerLayer(run, depth) / spreadPerLayer(run, SHALLOW);
  return Math.log(ratio) / Math.log(depth / SHALLOW);
}

function chart(groups: readonly (readonly Run__Output[])[]): Diagram {
  const networks = groups.map((group) => {
    const first = firstOf(group);
    const { lyapunovExponent, variance } = exactOfRun(first);
    const depths = first.checkpoints.map(({ depth }) => depth);
    return { group, first, depths, lyapunovExponent, variance, label: networkLabel(first) };
  });
  return {
    kind: "diagram",
    title: "Law of large numbers",
    subtitle: "growth per layer S_l/l of single networks, down to each depth",
    name: `${TIMES} runs of each network`,
    panels: [
      {
        x: { title: "depth l", scale: "log" },
        y: { title: "S_l / l", scale: "linear" },
        marks: networks.flatMap(({ first, depths, lyapunovExponent: y, label }) => [
          {
            kind: "band" as const,
            series: label,
            points: depths.map((x) => ({
              x,
              lower: quantileAt(checkpointAt(first, x), 0.025) / x,
              upper: quantileAt(checkpointAt(first, x), 0.975) / x,
            })),
          },
          {
            kind: "line" as const,
            series: label,
            points: depths.map((x) => ({ x, y })),
          },
        ]),
      },
      {
        x: { title: "depth l", scale: "log" },
        y: { title: "standard deviation of S_l / l", scale: "log" },
        marks: networks.flatMap(({ group, depths, variance, label }) => [
          {
            kind: "line" as const,
            series: label,
            points: depths.map((x): Point => ({ x, y: Math.sqrt(variance / x) })),
          },
          {
            kind: "points" as const,
            series: label,
            points: depths.map((x): Estimated => {
              const { value: y, error } = meanOf(group.map((run) => spreadPerLayer(run, x)));
              return { x, y, lower: y - 2 * error, upper: y + 2 * error };
            }),
          },
        ]),
      },
    ],
  };
}
