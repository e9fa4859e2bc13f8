import { normalQuantiles } from "../../../shared/theory/spread.ts";
import type { Alternative } from "../../sdk/initialization/alternatives.ts";
import type { InitializationPlan, LayerPlan } from "../../sdk/initialization/plan.ts";
import type { InitializationRequest } from "../../sdk/initialization/request.ts";
import { initVerdict } from "./initVerdict.ts";

/** An initialization as `lyapunov init --json` prints it. */
export function initJson(
  request: InitializationRequest,
  plan: InitializationPlan,
  alternatives: readonly Alternative[],
) {
  const { layers, isSquare, depth, law, negativeSlope } = request;
  const { run, survival, growthVariance } = plan;
  const [first] = plan.layers;
  if (first === undefined) throw new RangeError("there is no layer");
  return {
    width: isSquare ? first.fanIn : null,
    widths: isSquare ? null : [first.fanIn, ...layers.map(({ fanOut }) => fanOut)],
    depth,
    negativeSlope,
    ...law,
    // Layers of different shapes have gains of their own.
    criticalGain: isSquare ? first.criticalGain : null,
    standardError: isSquare ? first.standardError : null,
    standardDeviation: isSquare ? first.standardDeviation : null,
    bound: isSquare ? first.bound : null,
    layers: isSquare ? null : plan.layers.map(layerJson),
    run,
    survival,
    variance: isSquare ? first.variance : null,
    spread:
      growthVariance === null
        ? null
        : {
            layerCount: depth,
            growthQuantiles: normalQuantiles(
              { exponent: 0, deviation: Math.sqrt(growthVariance) },
              1,
            ),
            method: "normal",
          },
    alternatives,
    verdict: initVerdict(request, plan, alternatives),
  };
}

function layerJson({ count: _count, ...layer }: LayerPlan) {
  return layer;
}
