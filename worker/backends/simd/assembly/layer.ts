// What half a group carries from layer to layer, and the end of a layer: activation and rescaling. x is
// rescaled only by powers of two, which rounds nothing and takes no logarithm, so that after any
// number of layers
//
//     log ‖x_l‖ = ½ log(squared norm) + ln 2 · exponent + log|below| · one-sided layers + drift
//
// from the state below; TypeScript evaluates this at the checkpoints (../lanes.ts).

import { halfBytes, inputOf, STATE, stateOf, width } from "./memory";
import { multiplyAdd, VECTOR } from "./vector";

// Half a state, for two lanes: squared norms (float64), exponents and numbers of layers that had no
// unit above zero (int64).
export const SQUARED_NORM: usize = 0;
export const EXPONENT: usize = VECTOR;
export const ONE_SIDED: usize = 2 * VECTOR;

let above: f64 = 1;
let below: f64 = 0;
let belowAlone: f64 = 1;

/**
 * Sets the activation: the slope above zero, ±1, and the slope below, at most 1 in size. A layer
 * with no unit above uses `belowAlone`, ±1, as the slope below and is counted, because that slope
 * may be zero or too small for a number.
 */
export function setActivation(newAbove: f64, newBelow: f64, newBelowAlone: f64): void {
  above = newAbove;
  below = newBelow;
  belowAlone = newBelowAlone;
}

/** Starts a group with the input that is in x already. */
export function startGroup(group: i32): void {
  for (let half: usize = 0; half < 2; half++) {
    const x = inputOf(group) + halfBytes() * half;
    let square = f64x2.splat(0);
    for (let at = x; at < x + VECTOR * <usize>width; at += VECTOR) {
      square = multiplyAdd<f64>(v128.load(at), v128.load(at), square);
    }
    const state = stateOf(group) + (STATE / 2) * half;
    v128.store(state, square, SQUARED_NORM);
    v128.store(state, i64x2.splat(0), EXPONENT);
    v128.store(state, i64x2.splat(0), ONE_SIDED);
  }
}

/**
 * Moves powers of four from squared norms to the exponents of half a state, and returns the factors,
 * the powers of two that bring a norm to [√½, √2).
 */
@inline
function rescale(state: usize, squaredNorm: v128): v128 {
  // The exponent field, halved: the squared norm is between ½ and 2 times 4^(half − 511).
  const half = i64x2.shr_u(squaredNorm, 53);
  const factor = i64x2.shl(i64x2.sub(i64x2.splat(1023 + 511), half), 52);
  const exponent = i64x2.sub(half, i64x2.splat(511));
  v128.store(state, i64x2.add(v128.load(state, EXPONENT), exponent), EXPONENT);
  v128.store(state, f64x2.mul(squaredNorm, f64x2.mul(factor, factor)), SQUARED_NORM);
  return factor;
}

/** Ends a layer of half a group: x = φ(z), rescaled. */
@inline
function finishHalf(state: usize, x: usize, z: usize): void {
  const zero = f64x2.splat(0);
  const end = z + VECTOR * <usize>width;
  let positive = zero;
  let negative = zero;
  for (let at = z; at < end; at += VECTOR) {
    const up = f64x2.pmax(v128.load(at), zero);
    const down = f64x2.pmin(v128.load(at), zero);
    positive = multiplyAdd<f64>(up, up, positive);
    negative = multiplyAdd<f64>(down, down, negative);
  }

  const slope = f64x2.splat(below);
  const oneSided = f64x2.eq(positive, zero);
  const twoSidedNorm = multiplyAdd<f64>(f64x2.mul(slope, slope), negative, positive);
  const factor = rescale(state, v128.bitselect(negative, twoSidedNorm, oneSided));
  v128.store(state, i64x2.sub(v128.load(state, ONE_SIDED), oneSided), ONE_SIDED);

  const factorAbove = f64x2.mul(f64x2.splat(above), factor);
  const slopeBelow = v128.bitselect(f64x2.splat(belowAlone), slope, oneSided);
  const factorBelow = f64x2.mul(slopeBelow, factor);
  for (let at = z; at < end; at += VECTOR, x += VECTOR) {
    const up = f64x2.mul(f64x2.pmax(v128.load(at), zero), factorAbove);
    const down = f64x2.mul(f64x2.pmin(v128.load(at), zero), factorBelow);
    v128.store(x, f64x2.add(up, down));
  }
}

/** Ends a layer of a group. */
export function finishLayer(group: i32, z: usize): void {
  for (let half: usize = 0; half < 2; half++) {
    const offset = halfBytes() * half;
    finishHalf(stateOf(group) + (STATE / 2) * half, inputOf(group) + offset, z + offset);
  }
}
