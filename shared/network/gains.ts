import { exactExponents } from "../theory/exact.ts";
import type { Layer } from "../theory/layer.ts";

/** Gains known by name; the first three are those of `torch.nn.init` for square layers. */
export const NAMED_GAINS = ["he", "xavier", "lecun", "lyapunov"] as const;

export type NamedGain = (typeof NAMED_GAINS)[number];

/**
 * The number a name stands for.
 *
 * - `he`: √(2/(1+α²)), which keeps the mean square.
 * - `xavier`, `lecun`: 1.
 * - `lyapunov`: the critical gain, at which λ = 0 and the typical network neither vanishes nor
 *   explodes. For α = 0, where λ = −∞ at every gain, the gain critical for the networks that
 *   survive.
 */
export function resolveGain(name: NamedGain, layer: Omit<Layer, "gain">): number {
  switch (name) {
    case "he":
      // hypot, for α² overflows long before α does.
      return Math.SQRT2 / Math.hypot(1, layer.negativeSlope);
    case "xavier":
    case "lecun":
      return 1;
    case "lyapunov": {
      const exact = exactExponents({ ...layer, gain: 1 });
      return exact.extinct ? exact.survivors.criticalGain : exact.criticalGain;
    }
  }
}
