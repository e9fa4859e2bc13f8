import type { Diagram } from "../../../shared/charts/chart.ts";
import { gainLabel, weightsLabel } from "../../../shared/charts/networkLabels.ts";
import { given } from "../../../shared/text/numbers.ts";
import type { Run, Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { exactly } from "../check.ts";
import type { Claim, Scale } from "../claim.ts";
import { estimateTable } from "../estimateTable.ts";
import { exponentsOverWidth } from "../exponentsOverWidth.ts";
import { growthThroughDepth } from "../growthThroughDepth.ts";
import { ofEstimate, pooled, zScores } from "../measurements.ts";
import { doublings, exponentOfRun, networkRun } from "../networkRuns.ts";

interface Grid {
  readonly slopes: readonly number[];
  readonly replicas: readonly (readonly [width: number, replicas: number])[];
}

const GRIDS: Readonly<Record<Scale, Grid>> = {
  quick: {
    slopes: [0.01, 0.3],
    replicas: [
      [2, 8192],
      [4, 8192],
      [8, 8192],
      [16, 4096],
      [32, 2048],
    ],
  },
  full: {
    slopes: [0.01, 0.1, 0.3, 0.6],
    replicas: [
      [2, 65_536],
      [4, 65_536],
      [8, 32_768],
      [16, 16_384],
      [32, 8192],
      [64, 2048],
    ],
  },
};
const DEPTH = 128;
/** Width of the networks that are followed through the depth, at He's and at the critical gain. */
const FOLLOWED_WIDTH = 8;
const FOLLOWED_REPLICAS = 8192;
const FOLLOWED_GAINS = ["he", "lyapunov"] as const;
/** How far λ̂ may be from zero in the mean over all networks. */
const RESOLUTION = 0.001;

/** At the critical gain λ is zero. */
export const criticalInitialization: Claim = {
  id: "lyapunov",
  title: "Lyapunov initialization sits at λ = 0",
  statement:
    "At the critical gain e^(−λ(1)) the exponent is zero for every width, slope and law: the typical " +
    "network neither vanishes nor explodes.",
  method:
    "λ̂ at the critical gain is compared with zero: in the mean over all networks, weighted by " +
    "precision, by the sum of the squares of all z-scores, and by the largest.",
  runs: (scale) => {
    const { slopes, replicas: sizes } = GRIDS[scale];
    const runs: Run[] = [];
    for (const weights of ["gaussian", "orthogonal"] as const) {
      for (const negativeSlope of slopes) {
        for (const [width, replicas] of sizes) {
          const seed = 60_000 + runs.length;
          const network = { weights, negativeSlope, width, depth: DEPTH, gain: "lyapunov" };
          runs.push(networkRun({ ...network, replicas, seed, checkpoints: [DEPTH] }));
        }
      }
    }
    const followed = FOLLOWED_GAINS.map((gain, i) =>
      networkRun({
        weights: "gaussian",
        negativeSlope: 0.01,
        width: FOLLOWED_WIDTH,
        depth: DEPTH,
        gain,
        replicas: FOLLOWED_REPLICAS,
        seed: 69_000 + i,
        checkpoints: doublings(DEPTH),
      }),
    );
    return [...runs, ...followed];
  },
  measure: (runs) => {
    const exponents = gridOf(runs).map(exponentOfRun);
    return [
      ofEstimate("λ̂, mean over all networks", pooled(exponents), exactly(0), RESOLUTION),
      ...zScores(
        "λ̂",
        exponents.map(({ value, error }) => value / error),
      ),
    ];
  },
  figures: (runs) => [
    {
      name: "lyapunov",
      caption: "λ̂ at the critical gain, with 95 % intervals, around zero.",
      picture: exponentChart(gridOf(runs)),
    },
    {
      name: "lyapunov-depth",
      caption:
        `The growth of networks of width ${FOLLOWED_WIDTH} at He's and at the critical gain; bands ` +
        "hold the middle half of them.",
      picture: depthChart(runs.slice(-FOLLOWED_GAINS.length)),
    },
  ],
  tables: (runs) => [estimateTable(gridOf(runs))],
};

function gridOf(runs: readonly Run__Output[]): readonly Run__Output[] {
  return runs.slice(0, -FOLLOWED_GAINS.length);
}

function exponentChart(runs: readonly Run__Output[]): Diagram {
  return {
    kind: "diagram",
    title: "Lyapunov initialization: the exponent",
    subtitle: "points: λ̂ at the critical gain with 95 % intervals; the lines at zero are exact",
    name: `depth ${DEPTH}`,
    panels: [...Map.groupBy(runs, weightsLabel)].map(([law, some]) =>
      exponentsOverWidth(
        some,
        `λ per layer, ${law} weights`,
        (run) => `α ${given(run.network?.negativeSlope)}`,
      ),
    ),
  };
}

function depthChart(runs: readonly Run__Output[]): Diagram {
  return {
    kind: "diagram",
    title: "Lyapunov initialization through the depth",
    subtitle: `Gaussian weights, width ${FOLLOWED_WIDTH}, α 0.01`,
    name: "bands: the middle half of all networks; lines: the mean growth",
    panels: [growthThroughDepth(runs, (run) => `gain ${gainLabel(run)}`)],
  };
}
