// What a group carries from layer to layer, and the end of a layer: activation and rescaling. x is
// rescaled by powers of two alone, which rounds nothing and takes no logarithm, so that after any
// number of layers
//
//     log ‖x_l‖ = ½ log(squared norm) + ln 2 · exponent + log|below| · one-sided layers + drift
//
// from the state below; TypeScript evaluates this at the checkpoints (../lanes.ts).

import { inputOf, stateOf, width } from "./memory";
import { multiplyAdd, VECTOR } from "./vector";

// A state: the lanes' squared norms (float32), exponents (int32), and numbers of layers that had no
// unit above zero (int32).
const SQUARED_NORM: usize = 0;
const EXPONENT: usize = VECTOR;
const ONE_SIDED: usize = 2 * VECTOR;

let above: f32 = 1;
let below: f32 = 0;
let belowAlone: f32 = 1;

/**
 * The activation: the slope above zero, ±1, and the slope below, at most 1 in size. In a layer with
 * no unit above, the slope below is taken as `belowAlone`, ±1, and the layer is counted: that slope
 * may be too small for a float, or zero.
 */
export function setActivation(newAbove: f32, newBelow: f32, newBelowAlone: f32): void {
  above = newAbove;
  below = newBelow;
  belowAlone = newBelowAlone;
}

/** Starts a group at the input that is in place. */
@inline
export function startGroup(group: i32): void {
  const x = inputOf(group);
  let square = f32x4.splat(0);
  for (let at = x; at < x + VECTOR * <usize>width; at += VECTOR) {
    square = multiplyAdd<f32>(v128.load(at), v128.load(at), square);
  }
  const state = stateOf(group);
  v128.store(state, square, SQUARED_NORM);
  v128.store(state, i32x4.splat(0), EXPONENT);
  v128.store(state, i32x4.splat(0), ONE_SIDED);
}

/**
 * Moves powers of four from squared norms to the exponents of a state, and returns the factors, the
 * powers of two that bring a norm to [√½, √2).
 */
@inline
function rescale(state: usize, squaredNorm: v128): v128 {
  // The exponent field, halved: the squared norm is between ½ and 2 times 4^(half − 63).
  const half = i32x4.shr_u(squaredNorm, 24);
  const factor = i32x4.shl(i32x4.sub(i32x4.splat(127 + 63), half), 23);
  const exponent = i32x4.sub(half, i32x4.splat(63));
  v128.store(state, i32x4.add(v128.load(state, EXPONENT), exponent), EXPONENT);
  v128.store(state, f32x4.mul(squaredNorm, f32x4.mul(factor, factor)), SQUARED_NORM);
  return factor;
}

/** Ends a layer: x = φ(z), rescaled. */
@inline
export function finishLayer(group: i32, z: usize): void {
  const zero = f32x4.splat(0);
  const end = z + VECTOR * <usize>width;
  let positive = zero;
  let negative = zero;
  for (let at = z; at < end; at += VECTOR) {
    const up = f32x4.pmax(v128.load(at), zero);
    const down = f32x4.pmin(v128.load(at), zero);
    positive = multiplyAdd<f32>(up, up, positive);
    negative = multiplyAdd<f32>(down, down, negative);
  }

  const state = stateOf(group);
  const slope = f32x4.splat(below);
  const oneSided = f32x4.eq(positive, zero);
  const twoSidedNorm = multiplyAdd<f32>(f32x4.mul(slope, slope), negative, positive);
  const factor = rescale(state, v128.bitselect(negative, twoSidedNorm, oneSided));
  v128.store(state, i32x4.sub(v128.load(state, ONE_SIDED), oneSided), ONE_SIDED);

  const factorAbove = f32x4.mul(f32x4.splat(above), factor);
  const slopeBelow = v128.bitselect(f32x4.splat(belowAlone), slope, oneSided);
  const factorBelow = f32x4.mul(slopeBelow, factor);
  let x = inputOf(group);
  for (let at = z; at < end; at += VECTOR, x += VECTOR) {
    const up = f32x4.mul(f32x4.pmax(v128.load(at), zero), factorAbove);
    const down = f32x4.mul(f32x4.pmin(v128.load(at), zero), factorBelow);
    v128.store(x, f32x4.add(up, down));
  }
}
