// Isotropic layers: the norm from its exact law, in float64, at a cost that does not depend on the
// width. Each layer multiplies the squared norm of a state by ‖φ(z)‖²/‖x‖² (Gaussian entries of
// variance 1), or by ‖φ(z)‖²/‖z‖² (orthogonal).

import { chiSquare, tryChiSquare } from "./chiSquare";
import { EXPONENT, ONE_SIDED, SQUARED_NORM } from "./layer";
import { binomialTable, groups, STATE, stateOf, words } from "./memory";
import { drawWords, enterStrip } from "./strip";
import { GROUP, multiplyAdd, VECTOR } from "./vector";
import { nextWord, seekWord } from "./words";

/** Words for K, followed by those for one attempt at each chi-square. */
const WORDS_OF_BINOMIAL: u32 = 2;
const WORDS: i32 = 8;

/** K of the four replicas of a group, as float64. */
const POSITIVE_UNITS: usize = memory.data(4 * 8, 16);

/** Squared norms of the positive and of the negative units, for two replicas. */
const POSITIVE: usize = memory.data(2 * 8, 16);
const NEGATIVE: usize = memory.data(2 * 8, 16);

let width: f64 = 0;
let firstOutcome: u32 = 0;
let columnBits: u32 = 0;
let squaredSlope: f64 = 0;
let mirrored: bool = false;
let orthogonal: bool = false;

/**
 * Names the binomial law whose table (shared/random/binomial.ts) stands at binomialAddress():
 * 16 bytes a column, the threshold in units of 2⁻⁶⁴ and then the alias.
 */
export function setBinomial(trials: f64, newFirstOutcome: u32, newColumnBits: u32): void {
  width = trials;
  firstOutcome = newFirstOutcome;
  columnBits = newColumnBits;
}

export function binomialAddress(): usize {
  return binomialTable;
}

/**
 * Sets the layer: the square of the flatter slope (the steeper one is 1), whether the flatter slope
 * is the one above zero, and whether the weights are orthogonal.
 */
export function setIsotropic(square: f64, newMirrored: bool, newOrthogonal: bool): void {
  squaredSlope = square;
  mirrored = newMirrored;
  orthogonal = newOrthogonal;
}

/** Starts all groups, at a norm of 1. */
export function startIsotropic(): void {
  for (let state = stateOf(0); state < stateOf(groups); state += STATE / 2) {
    v128.store(state, f64x2.splat(1), SQUARED_NORM);
    v128.store(state, i64x2.splat(0), EXPONENT);
    v128.store(state, i64x2.splat(0), ONE_SIDED);
  }
}

/** Draws K for the four replicas. */
@inline
function drawPositiveUnits(): void {
  for (let lane: usize = 0; lane < <usize>GROUP; lane++) {
    const word0 = load<u32>(words + 4 * lane);
    const word1 = load<u32>(words + 4 * lane, VECTOR);
    const column = word0 >> (32 - columnBits);
    const fraction = (((<u64>word0) << 32) | <u64>word1) << columnBits;
    const entry = binomialTable + 16 * <usize>column;
    const own = fraction < load<u64>(entry);
    const outcome = select<u32>(firstOutcome + column, load<u32>(entry, 8), own);
    store<f64>(POSITIVE_UNITS + 8 * lane, <f64>outcome);
  }
}

/** Draws both chi-squares of a replica, attempt after attempt. */
function drawSlowly(replica: u32, layer: u32, positiveUnits: f64, lane: usize): void {
  seekWord(replica, layer, WORDS_OF_BINOMIAL);
  store<f64>(POSITIVE + 8 * lane, chiSquare(positiveUnits));
  store<f64>(NEGATIVE + 8 * lane, chiSquare(width - positiveUnits));
}

/** Makes the first attempt at a chi-square for two replicas, from the three words at `at`. */
@inline
function tryWords(degrees: v128, at: usize): v128 {
  const word0 = v128.load64_zero(at);
  const word1 = v128.load64_zero(at, VECTOR);
  const word2 = v128.load64_zero(at, 2 * VECTOR);
  return tryChiSquare(degrees, word0, word1, word2);
}

/** Puts the squared norms of two replicas' positive and negative units at POSITIVE and NEGATIVE. */
@inline
function drawNorms(half: usize, firstReplica: u32, layer: u32): void {
  const units = POSITIVE_UNITS + 16 * half;
  const positiveUnits = v128.load(units);
  const negativeUnits = f64x2.sub(f64x2.splat(width), positiveUnits);
  // The words of lanes 2 and 3 are the upper halves of the vectors.
  const at = words + VECTOR * <usize>WORDS_OF_BINOMIAL + 8 * half;
  const positive = tryWords(positiveUnits, at);
  const negative = tryWords(negativeUnits, at + 3 * VECTOR);
  v128.store(POSITIVE, positive);
  v128.store(NEGATIVE, negative);
  const sum = f64x2.add(positive, negative);
  if (v128.any_true(f64x2.ne(sum, sum))) {
    for (let lane: usize = 0; lane < 2; lane++) {
      if (!isNaN(load<f64>(POSITIVE + 8 * lane) + load<f64>(NEGATIVE + 8 * lane))) continue;
      drawSlowly(firstReplica + <u32>lane, layer, load<f64>(units + 8 * lane), lane);
    }
  }
}

/** Multiplies the squared norms of half a state, moving powers of four to the exponents. */
@inline
function multiplyNorms(state: usize, factor: v128, oneSided: v128): void {
  const squaredNorm = f64x2.mul(v128.load(state, SQUARED_NORM), factor);
  // The exponent field, halved: the squared norm is between ½ and 2 times 4^(half − 511).
  const exponent = i64x2.sub(i64x2.shr_u(squaredNorm, 53), i64x2.splat(511));
  v128.store(state, i64x2.sub(squaredNorm, i64x2.shl(exponent, 53)), SQUARED_NORM);
  v128.store(state, i64x2.add(v128.load(state, EXPONENT), exponent), EXPONENT);
  v128.store(state, i64x2.sub(v128.load(state, ONE_SIDED), oneSided), ONE_SIDED);
}

/** Propagates all groups through some layers. */
export function advanceIsotropic(firstReplica: u32, firstLayer: u32, layers: i32): void {
  for (let layer = firstLayer; layer < firstLayer + layers; layer++) {
    for (let group = 0; group < groups; group++) {
      const replica = firstReplica + GROUP * group;
      enterStrip(replica, layer, 0);
      drawWords(words, WORDS);
      drawPositiveUnits();
      for (let half = 0; half < 2; half++) {
        drawNorms(half, replica + 2 * half, layer);
        const major = v128.load(mirrored ? NEGATIVE : POSITIVE);
        const minor = v128.load(mirrored ? POSITIVE : NEGATIVE);
        const oneSided = f64x2.eq(major, f64x2.splat(0));
        const twoSidedNorm = multiplyAdd<f64>(f64x2.splat(squaredSlope), minor, major);
        const norm = v128.bitselect(minor, twoSidedNorm, oneSided);
        const factor = orthogonal ? f64x2.div(norm, f64x2.add(major, minor)) : norm;
        multiplyNorms(stateOf(group) + (STATE / 2) * <usize>half, factor, oneSided);
      }
    }
  }
}
