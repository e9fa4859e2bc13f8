import type { NetworkInput } from "../../shared/network/networkInput.ts";
import { parameterOf, type WeightLaw } from "../../shared/network/weights.ts";

const PARAMETERS = { degreesOfFreedom: 4.5, density: 0.25 } as const;

/** A law as a network names it; a law with a parameter gets a value for it. */
export function lawInput(weights: WeightLaw) {
  const parameter = parameterOf(weights);
  return {
    weights,
    ...(parameter !== undefined && { [parameter]: PARAMETERS[parameter] }),
  } satisfies NetworkInput;
}
