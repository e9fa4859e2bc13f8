import type { Diagram } from "../../../shared/charts/chart.ts";
import type { Run, Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { exactly } from "../check.ts";
import type { Claim, Scale } from "../claim.ts";
import { estimateTable } from "../estimateTable.ts";
import { exponentsOverWidth } from "../exponentsOverWidth.ts";
import { ofEstimate, pooled, zScores, type Uncertain } from "../measurements.ts";
import { exactOfRun, exponentOfRun, networkRun } from "../networkRuns.ts";
import { weightsLabel } from "../../../shared/charts/networkLabels.ts";
import { given } from "../../../shared/text/numbers.ts";

interface Grid {
  readonly slopes: readonly number[];
  /** Replicas at each width: the wider, the costlier and the less it fluctuates. */
  readonly replicas: readonly (readonly [width: number, replicas: number])[];
}

const GRIDS: Readonly<Record<Scale, Grid>> = {
  quick: {
    slopes: [0.01, 0.3],
    replicas: [
      [2, 16_384],
      [4, 16_384],
      [8, 16_384],
      [16, 8192],
      [32, 2048],
    ],
  },
  full: {
    slopes: [0.01, 0.1, 0.3, 0.6, -0.5],
    replicas: [
      [2, 65_536],
      [3, 65_536],
      [4, 65_536],
      [8, 32_768],
      [16, 16_384],
      [32, 8192],
      [64, 4096],
      [128, 1024],
    ],
  },
};
const DEPTH = 100;
/** How far λ̂ and σ̂² may be off in the mean over all networks, as shares. */
const EXPONENT_RESOLUTION = 0.005;
const VARIANCE_RESOLUTION = 0.02;

/** λ and σ² of Gaussian and orthogonal weights are what the closed forms say. */
export const exactValues: Claim = {
  id: "exact",
  title: "Exact exponents",
  statement:
    "For Gaussian and for orthogonal weights λ and σ² have closed forms, at every width and slope.",
  method:
    "λ̂ and σ̂² of simulated networks, whole matrices, at He's gain are compared with the closed " +
    "forms by their z-scores: in the sum of squares, by the largest, and by the mean deviation of " +
    "all, weighted by precision.",
  runs: (scale) => {
    const { slopes, replicas: sizes } = GRIDS[scale];
    const runs: Run[] = [];
    for (const weights of ["gaussian", "orthogonal"] as const) {
      for (const negativeSlope of slopes) {
        for (const [width, replicas] of sizes) {
          const seed = 30_000 + runs.length;
          const network = { weights, negativeSlope, width, depth: DEPTH, gain: "he" };
          runs.push(networkRun({ ...network, replicas, seed, checkpoints: [DEPTH] }));
        }
      }
    }
    return runs;
  },
  measure: (runs) => {
    const exponents = runs.map(exponentDeviation);
    const variances = runs.map(varianceDeviation);
    return [
      ofEstimate(
        "λ̂/λ − 1, mean over all networks",
        pooled(exponents),
        exactly(0),
        EXPONENT_RESOLUTION,
      ),
      ...zScores("λ̂", exponents.map(zOf)),
      ofEstimate(
        "log σ̂²/σ², mean over all networks",
        pooled(variances),
        exactly(0),
        VARIANCE_RESOLUTION,
      ),
      ...zScores("σ̂²", variances.map(zOf)),
    ];
  },
  figures: (runs) => [
    {
      name: "exact",
      caption:
        "Points are simulated, lines are exact; most intervals are smaller than their points.",
      picture: chart(runs),
    },
  ],
  tables: (runs) => [estimateTable(runs)],
};

/** λ̂/λ − 1. */
function exponentDeviation(run: Run__Output): Uncertain {
  const { value, error } = exponentOfRun(run);
  const { lyapunovExponent } = exactOfRun(run);
  return { value: value / lyapunovExponent - 1, error: error / Math.abs(lyapunovExponent) };
}

/** The logarithm of σ̂²/σ², whose law is less skewed than that of σ̂². */
function varianceDeviation(run: Run__Output): Uncertain {
  const { estimate = NaN, standardError = NaN } = run.variance ?? {};
  const { variance } = exactOfRun(run);
  return { value: Math.log(estimate / variance), error: standardError / estimate };
}

function zOf({ value, error }: Uncertain): number {
  return value / error;
}

function chart(runs: readonly Run__Output[]): Diagram {
  const laws = [...Map.groupBy(runs, weightsLabel)];
  return {
    kind: "diagram",
    title: "Exact and simulated exponents",
    subtitle: "λ per layer at He's gain; points: λ̂ with 95 % intervals; lines: exact",
    name: `depth ${DEPTH}`,
    panels: laws.map(([law, some]) =>
      exponentsOverWidth(
        some,
        `λ, ${law} weights`,
        (run) => `α ${given(run.network?.negativeSlope)}`,
      ),
    ),
  };
}
