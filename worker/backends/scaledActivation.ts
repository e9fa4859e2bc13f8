import type { Network } from "../../shared/network/network.ts";
import { driftPerLayer } from "../../shared/random/drift.ts";

/**
 * An activation as fast kernels apply it: scaled so that the steeper slope is 1 in size, and mirrored
 * if the slope below zero is the steeper one.
 */
export interface ScaledActivation {
  readonly mirrored: boolean;
  /** The flatter slope over the steeper. */
  readonly ratio: number;
  /** log |ratio|; −∞ for ReLU. */
  readonly logRatio: number;
  /** Growth per layer that a kernel leaves out. */
  readonly drift: number;
}

/** Scales and mirrors a network's activation for a kernel. */
export function scaledActivation(network: Network): ScaledActivation {
  const { negativeSlope } = network;
  const logSlope = Math.log(Math.abs(negativeSlope));
  const mirrored = Math.abs(negativeSlope) > 1;
  return {
    mirrored,
    ratio: mirrored ? 1 / negativeSlope : negativeSlope,
    logRatio: -Math.abs(logSlope),
    drift: driftPerLayer(network) + (mirrored ? logSlope : 0),
  };
}

/**
 * log ‖x‖ from what a kernel keeps of a replica, without the drift; simd/assembly/layer.ts has the
 * formula.
 *
 * @param oneSidedLayers layers that had no unit on the steeper side.
 */
export function logNorm(
  { logRatio }: ScaledActivation,
  squaredNorm: number,
  exponent: number,
  oneSidedLayers: number,
): number {
  // Not a plain product: 0 · −∞ is no number.
  const lost = oneSidedLayers === 0 ? 0 : oneSidedLayers * logRatio;
  return 0.5 * Math.log(squaredNorm) + Math.LN2 * exponent + lost;
}

/** Whether activations can become exactly zero: by ReLU, or by weights that vanish or cancel. */
export function canDieOut({ negativeSlope, weights }: Network): boolean {
  return negativeSlope === 0 || weights === "rademacher" || weights === "sparse_gaussian";
}
