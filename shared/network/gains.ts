import { exactExponents } from "../theory/exact.ts";
import type { IsotropicLaw } from "../theory/layer.ts";
import { isIsotropic, type WeightLaw } from "./weights.ts";

/** Gains with names; the first three are those of `torch.nn.init` for square layers. */
export const NAMED_GAINS = ["he", "xavier", "lecun", "lyapunov", "pytorch"] as const;

export type NamedGain = (typeof NAMED_GAINS)[number];

/** What a named gain depends on. */
interface GainLayer<Law extends WeightLaw> {
  readonly width: number;
  readonly weights: Law;
  readonly negativeSlope: number;
}

/**
 * The number that a named gain stands for; undefined for `lyapunov` if the law has no closed form.
 *
 * - `he`: √(2/(1+α²)), which keeps the mean square.
 * - `xavier`, `lecun`: 1.
 * - `lyapunov`: the critical gain, at which λ = 0 and the typical network neither vanishes nor
 *   explodes. For α = 0, λ = −∞ at every gain; the critical gain of the surviving networks is used.
 * - `pytorch`: 1/√3, which PyTorch's linear layers have by default, with uniform weights:
 *   `kaiming_uniform_` with a = √5, which is √(2/(1+a²)) whatever the layer's own slope is.
 */
export function resolveGain(name: NamedGain, layer: GainLayer<IsotropicLaw>): number;
export function resolveGain(name: NamedGain, layer: GainLayer<WeightLaw>): number | undefined;
export function resolveGain(
  name: NamedGain,
  { width, weights, negativeSlope }: GainLayer<WeightLaw>,
): number | undefined {
  switch (name) {
    case "he":
      // hypot, since α² overflows long before α does.
      return Math.SQRT2 / Math.hypot(1, negativeSlope);
    case "xavier":
    case "lecun":
      return 1;
    case "pytorch":
      return 1 / Math.sqrt(3);
    case "lyapunov": {
      if (!isIsotropic(weights)) return undefined;
      const exact = exactExponents({ width, weights, negativeSlope, gain: 1 });
      return exact.extinct ? exact.survivors.criticalGain : exact.criticalGain;
    }
  }
}
