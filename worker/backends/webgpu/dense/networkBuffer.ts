import type { DenseActivation } from "../../denseActivation.ts";
import { filledBuffer } from "../parameters.ts";

/** WGSL for what a dense kernel is told of its network; its binding is 1. */
export const NETWORK = /* wgsl */ `
struct Network {
  width: u32,
  // The initial input is taken times this.
  inputFactor: f32,
  // The slope above zero, and the slope below zero of a layer that has no unit above: 1 or -1.
  above: f32,
  belowAlone: f32,
  // The slope below zero, high and low, at most 1 in size.
  below: vec2<f32>,
  squareBelow: vec2<f32>,
}
@group(0) @binding(1) var<uniform> network: Network;
`;

/**
 * Slopes smaller than this, but not zero, are taken as this. They add nothing that can be seen to a
 * layer that has a unit on the steeper side; and where zeros among the weights can leave a unit
 * alone that shrinks by such a slope, float32 cannot hold it anyway (UnitScale.leastUnit).
 */
const LEAST_SLOPE = 2 ** -72;

/** The square of a smaller slope has a low part that may be denormal; it is taken as zero. */
const LEAST_SQUARED_SLOPE = 2 ** -48;

/** A buffer that tells kernels of a network: `NETWORK`. */
export function networkBuffer(
  device: GPUDevice,
  width: number,
  { inputSign, above, below, belowAlone }: DenseActivation,
  unitExponent: number,
): GPUBuffer {
  const slope = below === 0 ? 0 : Math.sign(below) * Math.max(LEAST_SLOPE, Math.abs(below));
  const square = Math.abs(slope) < LEAST_SQUARED_SLOPE ? 0 : slope * slope;
  const floats = [inputSign * 2 ** unitExponent, above, belowAlone].concat(
    highAndLow(slope),
    highAndLow(square),
  );
  const words = new Uint32Array(Float32Array.from([0, ...floats]).buffer);
  words[0] = width;
  return filledBuffer(device, words, GPUBufferUsage.UNIFORM);
}

function highAndLow(value: number): [number, number] {
  const high = Math.fround(value);
  return [high, value - high];
}
