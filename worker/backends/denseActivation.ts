import type { Network } from "../../shared/network/network.ts";
import type { ScaledActivation } from "./scaledActivation.ts";

/** A scaled activation as kernels apply it to the units of a layer. */
export interface DenseActivation {
  /** The initial input is taken times this, ±1. */
  readonly inputSign: number;
  /** The slope above zero, ±1. */
  readonly above: number;
  /** The slope below zero, at most 1 in size. */
  readonly below: number;
  /** The slope below zero of a layer that has no unit above zero, ±1. */
  readonly belowAlone: number;
}

/**
 * Slopes for real units. For |α| > 1, φ(z) = −α ψ(−z) where ψ has the slope 1/α: x is kept times −1,
 * and ψ(z) times the sign of α.
 */
export function denseActivation(
  { negativeSlope }: Network,
  { mirrored, ratio }: ScaledActivation,
): DenseActivation {
  const sign = negativeSlope < 0 ? -1 : 1;
  // The square of a slope this small may be denormal, and slow; it changes no sum that is not zero.
  const slope = Math.abs(ratio) < 2 ** -400 ? 0 : ratio;
  return mirrored
    ? { inputSign: -1, above: sign, below: sign * slope, belowAlone: 1 }
    : { inputSign: 1, above: 1, below: slope, belowAlone: sign };
}
