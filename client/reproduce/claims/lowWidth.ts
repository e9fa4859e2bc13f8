import type { Diagram } from "../../../shared/charts/chart.ts";
import { weightsLabel } from "../../../shared/charts/networkLabels.ts";
import type { IsotropicLaw } from "../../../shared/theory/layer.ts";
import type { Run, Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { FALSE_ALARM_RATE } from "../check.ts";
import type { Claim, Scale } from "../claim.ts";
import { estimateTable } from "../estimateTable.ts";
import { exponentsOverWidth } from "../exponentsOverWidth.ts";
import { bonferroni, noneOf, ofEstimate, type Uncertain } from "../measurements.ts";
import { exponentOfRun, networkRun, SLOPE } from "../networkRuns.ts";

/** Replicas at each width. The last two are those from which the limit is extrapolated. */
const SIZES: Readonly<Record<Scale, readonly (readonly [width: number, replicas: number])[]>> = {
  quick: [
    [2, 8192],
    [3, 8192],
    [4, 8192],
    [6, 8192],
    [8, 8192],
    [12, 8192],
    [16, 16_384],
    [32, 8192],
  ],
  full: [
    [2, 32_768],
    [3, 32_768],
    [4, 32_768],
    [6, 32_768],
    [8, 32_768],
    [12, 32_768],
    [16, 32_768],
    [32, 32_768],
    [64, 8192],
  ],
};
const LAWS: readonly IsotropicLaw[] = ["gaussian", "orthogonal"];
const DEPTH = 100;
const LIMIT_RESOLUTION = 0.1;

/** At He's gain λ < 0 for Gaussian and for orthogonal weights, the more the narrower. */
export const lowWidth: Claim = {
  id: "low-width",
  title: "He and orthogonal initialization at low width",
  statement:
    "Neither He nor orthogonal initialization keeps the activations of narrow networks: λ < 0 at " +
    "every width, and the typical network vanishes exponentially in the depth. For wide networks of " +
    "slope α → 0, λ ≈ −(5/4)/d for He and −(3/4)/d for orthogonal weights.",
  method:
    "At He's gain, that of PyTorch's `calculate_gain`, λ̂ must be negative beyond its error at every " +
    "width. d·λ̂ of the two widest networks, extrapolated to infinite width with an error of order " +
    "1/d, is compared with the limit to 0.1.",
  runs: (scale) => {
    const runs: Run[] = [];
    for (const weights of LAWS) {
      for (const [width, replicas] of SIZES[scale]) {
        const seed = 50_000 + runs.length;
        const network = { weights, width, depth: DEPTH, negativeSlope: SLOPE, gain: "he" };
        runs.push(networkRun({ ...network, replicas, seed, checkpoints: [DEPTH] }));
      }
    }
    return runs;
  },
  measure: (runs) =>
    [...Map.groupBy(runs, weightsLabel)].flatMap(([law, some]) => {
      const threshold = bonferroni(FALSE_ALARM_RATE, some.length);
      const scores = some.map((run) => exponentOfRun(run).value / exponentOfRun(run).error);
      const limit = limitOf(law === "orthogonal" ? "orthogonal" : "gaussian");
      return [
        noneOf(
          `widths with λ̂ above zero beyond its error, ${law}`,
          scores.filter((z) => z > threshold).length,
        ),
        noneOf(
          `widths with λ̂ zero to within its error, ${law}`,
          scores.filter((z) => Math.abs(z) <= threshold).length,
          "cannot be told",
        ),
        ofEstimate(
          `d·λ̂ for d → ∞, ${law}`,
          extrapolated(some),
          // Terms of order 1/d² are left.
          { from: limit - LIMIT_RESOLUTION / 2, to: limit + LIMIT_RESOLUTION / 2 },
          LIMIT_RESOLUTION,
        ),
      ];
    }),
  figures: (runs) => [
    {
      name: "low-width",
      caption:
        "Left: λ at He's gain; zero would keep the norm. Right: d·λ, which tends to −5/4 and −3/4.",
      picture: chart(runs),
    },
  ],
  tables: (runs) => [estimateTable(runs)],
};

/**
 * The limit of d·λ at He's gain for wide networks. With X the mean of d independent φ(g)² over its
 * expectation, λ = ½ E log X ≈ −¼ Var X for Gaussian weights, and ½/d more for orthogonal ones, which
 * keep the length.
 *
 * @internal exported for tests
 */
export function limitOf(weights: IsotropicLaw, slope = SLOPE): number {
  const gaussian = (1 - (6 * (1 + slope ** 4)) / (1 + slope ** 2) ** 2) / 4;
  return weights === "gaussian" ? gaussian : gaussian + 1 / 2;
}

/** The limit c of d·λ̂ = c + e/d by the two widest networks. */
function extrapolated(runs: readonly Run__Output[]): Uncertain {
  const [near, far] = runs
    .toSorted((a, b) => widthOf(a) - widthOf(b))
    .slice(-2)
    .map((run) => ({ width: widthOf(run), ...exponentOfRun(run) }));
  if (near === undefined || far === undefined) throw new RangeError("two widths are needed");
  // c = (d₂·d₂λ₂ − d₁·d₁λ₁) / (d₂ − d₁)
  const weight = (width: number) => width ** 2 / (far.width - near.width);
  return {
    value: weight(far.width) * far.value - weight(near.width) * near.value,
    error: Math.hypot(weight(far.width) * far.error, weight(near.width) * near.error),
  };
}

function widthOf({ network }: Run__Output): number {
  return network?.width ?? 1;
}

function chart(runs: readonly Run__Output[]): Diagram {
  const scaled = exponentsOverWidth(
    runs,
    "d · λ",
    weightsLabel,
    (exponent, run) => exponent * widthOf(run),
  );
  return {
    kind: "diagram",
    title: "He's gain at low width",
    subtitle: "points: λ̂ with 95 % intervals; lines: exact",
    name: `depth ${DEPTH}, α ${SLOPE}`,
    panels: [exponentsOverWidth(runs, "λ per layer", weightsLabel), scaled],
  };
}
