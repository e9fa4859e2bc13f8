import { isIsotropic, type WeightLaw } from "../../../shared/network/weights.ts";
import { rectangularExponents } from "../../../shared/theory/rectangular.ts";
import type { InitializationRequest, LayerGroup } from "./request.ts";

/** What a run has found of a square layer without closed form. */
export interface FoundGain {
  /** The run, `runs/{id}`. */
  readonly run: string;
  readonly criticalGain: number;
  readonly standardError: number;
  /** The estimate of σ². */
  readonly variance: number | undefined;
}

/** How layers of one shape are initialized. */
export interface LayerPlan extends LayerGroup {
  /** The gain at which the typical log-norm does not change; of survivors where α = 0. */
  readonly criticalGain: number;
  /** Standard error of the gain; null where it is exact. */
  readonly standardError: number | null;
  /** Standard deviation of an entry of the weights. */
  readonly standardDeviation: number;
  /** Largest size of an entry; null where the law has no bounds. */
  readonly bound: number | null;
  /** The growth's variance σ² a layer; null where it is not known. */
  readonly variance: number | null;
}

/** How a network is initialized. */
export interface InitializationPlan {
  readonly layers: readonly LayerPlan[];
  /** The run that found the gain; null where it is exact. */
  readonly run: string | null;
  /** Probability that all layers leave the activations alive: 1, or less where α = 0. */
  readonly survival: number;
  /** Variance of the log-norm growth of single networks, over all layers; null if not known. */
  readonly growthVariance: number | null;
}

/**
 * Plans the initialization at the critical gains.
 *
 * @param found what a run has found; needed only where there is no closed form
 */
export function planOf(
  request: InitializationRequest,
  found: FoundGain | undefined,
): InitializationPlan {
  const { negativeSlope } = request;
  const layers = request.layers.map((group) => layerPlan(group, request, found));
  const died = (fanOut: number) => (negativeSlope === 0 ? 2 ** -fanOut : 0);
  return {
    layers,
    run: found?.run ?? null,
    survival: Math.exp(
      layers.reduce((sum, { fanOut, count }) => sum + count * Math.log1p(-died(fanOut)), 0),
    ),
    growthVariance: layers.reduce<number | null>(
      (sum, { variance, count }) =>
        sum === null || variance === null ? null : sum + count * variance,
      0,
    ),
  };
}

function layerPlan(
  group: LayerGroup,
  { law: { weights }, negativeSlope }: InitializationRequest,
  found: FoundGain | undefined,
): LayerPlan {
  if (isIsotropic(weights)) {
    const exact = rectangularExponents({ ...group, weights, negativeSlope, gain: 1 });
    const { criticalGain, variance } = exact;
    return {
      ...group,
      criticalGain,
      standardError: null,
      variance,
      ...entry(group, weights, criticalGain),
    };
  }
  if (found === undefined) throw new Error("the critical gain has not been found");
  const { criticalGain, standardError, variance = null } = found;
  return {
    ...group,
    criticalGain,
    standardError,
    variance,
    ...entry(group, weights, criticalGain),
  };
}

/** The scale of an entry at a gain. */
function entry({ fanIn, fanOut }: LayerGroup, weights: WeightLaw, gain: number) {
  // Where there are more rows than columns, the columns of an orthogonal matrix have norm gain.
  const fan = weights === "orthogonal" ? Math.max(fanIn, fanOut) : fanIn;
  const standardDeviation = gain / Math.sqrt(fan);
  return {
    standardDeviation,
    bound: weights === "uniform" ? Math.sqrt(3) * standardDeviation : null,
  };
}
