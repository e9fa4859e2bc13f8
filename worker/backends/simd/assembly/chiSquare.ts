// Chi-square variables; the law and the words it takes are those of shared/random/chiSquare.ts.

import { log64, normal64 } from "./normal64";
import { storeSplats } from "./vector";
import { nextWord } from "./words";

const CONSTANTS: usize = memory.data(7 * 16, 16);
storeSplats<f64>(CONSTANTS, [0, 0.5, 1, 1.0 / 3.0, 1.0 / 9.0, 2.3283064365386962890625e-10, NaN]);
const ZERO = CONSTANTS;
const HALF = CONSTANTS + 16;
const ONE = CONSTANTS + 32;
const THIRD = CONSTANTS + 48;
const NINTH = CONSTANTS + 64;
const TWO_TO_MINUS_32 = CONSTANTS + 80;
const UNDECIDED = CONSTANTS + 96;

/**
 * First attempts for two lanes, from three words each (in the two lower lanes). NaN where the
 * attempt is refused or only the logarithms can tell.
 *
 * The quick test. With y = cx and a = shape, v = (1+y)³ is accepted if ln u < a·G(y), where
 * G(y) = 9y²/2 + 1 − (1+y)³ + 3 ln(1+y). Now G(y) ≥ −3y⁴ for y ≥ −0.85, hence
 * exp(aG) ≥ 1 − 3ay⁴ = 1 − x⁴/(27a) there; and for y below, the right-hand side is negative for
 * every a ≥ 2/3. So u < 1 − x⁴/(27a) is enough (v > 0 included), and few attempts at a large shape
 * need more.
 */
@inline
export function tryChiSquare(degrees: v128, word0: v128, word1: v128, word2: v128): v128 {
  const shape = f64x2.sub(f64x2.mul(degrees, v128.load(HALF)), v128.load(THIRD));
  const squaredSteepness = f64x2.div(v128.load(NINTH), shape);
  const x = normal64(word0, word1);
  const square = f64x2.mul(x, x);
  const root = f64x2.add(v128.load(ONE), f64x2.mul(f64x2.sqrt(squaredSteepness), x));
  const v = f64x2.mul(f64x2.mul(root, root), root);

  const n = f64x2.add(f64x2.convert_low_i32x4_u(word2), v128.load(HALF));
  const u = f64x2.mul(n, v128.load(TWO_TO_MINUS_32));
  const fourth = f64x2.mul(f64x2.mul(square, square), squaredSteepness);
  const bound = f64x2.sub(v128.load(ONE), f64x2.mul(fourth, v128.load(THIRD)));

  const gamma = f64x2.mul(f64x2.add(shape, shape), v);
  const general = v128.bitselect(gamma, v128.load(UNDECIDED), f64x2.lt(u, bound));
  const upToOne = v128.bitselect(square, general, f64x2.eq(degrees, v128.load(ONE)));
  return v128.andnot(upToOne, f64x2.eq(degrees, v128.load(ZERO)));
}

/** Draws the first normal of the next two words. */
function nextNormal(): f64 {
  const word0 = nextWord();
  const word1 = nextWord();
  return f64x2.extract_lane(normal64(i32x4.splat(word0), i32x4.splat(word1)), 0);
}

function log(x: f64): f64 {
  return f64x2.extract_lane(log64(f64x2.splat(x)), 0);
}

/** Draws one variable, attempt after attempt, from the sequence of words. */
export function chiSquare(degrees: f64): f64 {
  const shape = degrees * 0.5 - 1.0 / 3.0;
  const steepness = sqrt(1.0 / 9.0 / shape);
  while (true) {
    const x = nextNormal();
    const u = (<f64>nextWord() + 0.5) * 2.3283064365386962890625e-10;
    if (degrees == 0) return 0;
    if (degrees == 1) return x * x;
    const root = 1 + steepness * x;
    if (root <= 0) continue;
    const v = root * root * root;
    if (log(u) < 0.5 * x * x + shape * (1 - v + log(v))) return 2 * shape * v;
  }
}
