// Leaky ReLU and its derivative.

import { activations, sums } from "./memory";

let slope: f64 = 0;

/** Bytes from what a layer yields to numbers of the same signs as its sums: 0 if they are the same. */
export let toSigns: usize = 0;

/** Whether sums are kept beside what is yielded, since a negative slope hides their signs. */
export let keepsSums: bool = false;

/** Sets the slope below zero, after `reserve`. */
export function setSlope(newSlope: f64): void {
  slope = newSlope;
  keepsSums = newSlope < 0;
  toSigns = keepsSums ? sums - activations : 0;
}

@inline
export function slopes(): v128 {
  return f64x2.splat(slope);
}

/** x where z is above zero, and slope · x elsewhere: φ(z) for x = z. */
@inline
export function leaky(x: v128, z: v128, slope: v128): v128 {
  return v128.bitselect(x, f64x2.mul(slope, x), f64x2.gt(z, f64x2.splat(0)));
}
