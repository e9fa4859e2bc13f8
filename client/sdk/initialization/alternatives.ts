import { rectangularExponents } from "../../../shared/theory/rectangular.ts";
import { uniformCriticalGain } from "../../../shared/initialization/uniformGain.ts";
import type { InitializationPlan } from "./plan.ts";
import type { InitializationRequest, LayerGroup } from "./request.ts";

/** What becomes of the typical network. */
export type Fate = "vanishes" | "holds" | "explodes";

/** An initialization that others use, and what it would do instead. */
export interface Alternative {
  readonly name: string;
  /** What it is called in PyTorch. */
  readonly label: string;
  readonly weights: "gaussian" | "orthogonal" | "uniform";
  /** Its gain in the first layer. */
  readonly gain: number;
  /** The mean growth a layer, λ; null where it is not known. */
  readonly lyapunovExponent: number | null;
  /** Logarithm of the factor by which the typical network's norm changes, through all layers. */
  readonly typicalGrowth: number | null;
  readonly fate: Fate | null;
}

interface Convention extends Pick<Alternative, "name" | "label" | "weights"> {
  readonly gainOf: (layer: LayerGroup, negativeSlope: number) => number;
}

/** Changes by less than a factor 10 leave activations usable. */
const LOG_TAME = Math.LN10;

const he = (_layer: LayerGroup, slope: number) => Math.SQRT2 / Math.hypot(1, slope);
const one = () => 1;
/** Xavier's deviation is √(2/(fanIn + fanOut)). */
const xavier = ({ fanIn, fanOut }: LayerGroup) => Math.sqrt((2 * fanIn) / (fanIn + fanOut));

/** The conventional initializations; the first three with the law that the user has chosen. */
function conventions(weights: "gaussian" | "uniform"): readonly Convention[] {
  const suffix = weights === "uniform" ? "uniform" : "normal";
  return [
    { name: "he", label: `He (kaiming_${suffix}_)`, weights, gainOf: he },
    { name: "xavier", label: `Xavier (xavier_${suffix}_)`, weights, gainOf: xavier },
    { name: "lecun", label: `LeCun (lecun_${suffix})`, weights, gainOf: one },
    {
      name: "orthogonal_he",
      label: "orthogonal, He's gain",
      weights: "orthogonal",
      gainOf: he,
    },
    { name: "orthogonal", label: "orthogonal, gain 1", weights: "orthogonal", gainOf: one },
    {
      name: "pytorch",
      label: "PyTorch's default",
      weights: "uniform",
      gainOf: () => 1 / Math.sqrt(3),
    },
  ];
}

/** What conventional initializations would do to the same layers. */
export function alternativesOf(
  request: InitializationRequest,
  plan: InitializationPlan,
): readonly Alternative[] {
  const chosen = request.law.weights === "uniform" ? "uniform" : "gaussian";
  return conventions(chosen).map(({ gainOf, ...convention }) => {
    const growth = growthOf(convention.weights, gainOf, request, plan);
    return {
      ...convention,
      gain: gainOf(request.layers[0] ?? { fanIn: 1, fanOut: 1, count: 1 }, request.negativeSlope),
      lyapunovExponent: growth === null ? null : growth / request.depth,
      typicalGrowth: growth,
      fate: growth === null ? null : fateOf(growth),
    };
  });
}

export function fateOf(typicalGrowth: number): Fate {
  if (Math.abs(typicalGrowth) <= LOG_TAME) return "holds";
  return typicalGrowth < 0 ? "vanishes" : "explodes";
}

/** The typical growth through all layers; null where a layer's critical gain is not known. */
function growthOf(
  weights: Alternative["weights"],
  gainOf: Convention["gainOf"],
  { negativeSlope, law }: InitializationRequest,
  { layers }: InitializationPlan,
): number | null {
  let growth = 0;
  for (const layer of layers) {
    const { fanIn, fanOut, count } = layer;
    const gain = gainOf(layer, negativeSlope);
    if (weights !== "uniform") {
      const shape = { fanIn, fanOut, negativeSlope };
      growth += count * rectangularExponents({ ...shape, weights, gain }).lyapunovExponent;
    } else if (fanIn === fanOut) {
      const critical =
        law.weights === "uniform"
          ? layer.criticalGain
          : uniformCriticalGain(fanIn, negativeSlope).gain;
      growth += count * Math.log(gain / critical);
    } else {
      return null;
    }
  }
  return growth;
}
