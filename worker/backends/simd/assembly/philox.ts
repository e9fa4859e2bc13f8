// Philox4x32-10 for a group of four replicas, with what rounds 1 and 2 share taken out of the loop.
// The counter is (block, row, replica, layer); see shared/random/stream.ts. Round 1 multiplies the
// block and the replica. Round 2 multiplies a word made of (row, replica), once a row, and one made
// of (block, layer), which comes from a table that is built once a layer.

import { BLOCK, BLOCK_ENTRY, blockTable, pairsOf, rowBlocks } from "./memory";
import { storeSplats, VECTOR, xor } from "./vector";

export const MULTIPLIER_0: u32 = 0xd2511f53;
export const MULTIPLIER_1: u32 = 0xcd9e8d57;
export const KEY_STEP_0: u32 = 0x9e3779b9;
export const KEY_STEP_1: u32 = 0xbb67ae85;

const MULTIPLIERS: usize = memory.data(2 * 16, 16);
storeSplats<u32>(MULTIPLIERS, [MULTIPLIER_0, MULTIPLIER_1]);

/** The keys of the ten rounds, two vectors each. */
const ROUND_KEYS: usize = memory.data(10 * 2 * 16, 16);

export let key0: u32 = 0;
export let key1: u32 = 0;

/** Sets the key of all streams: the two words of the seed. */
export function setKey(low: u32, high: u32): void {
  key0 = low;
  key1 = high;
  for (let round: u32 = 0; round < 10; round++) {
    const at = ROUND_KEYS + 2 * VECTOR * round;
    v128.store(at, i32x4.splat(low + round * KEY_STEP_0));
    v128.store(at, i32x4.splat(high + round * KEY_STEP_1), VECTOR);
  }
}

/** Makes the table of a layer: what round 2 needs of the blocks of a row. */
export function enterLayer(layer: u32): void {
  for (let block: u32 = 0; block < <u32>rowBlocks(); block++) {
    const product0 = <u64>MULTIPLIER_0 * <u64>block;
    const word2 = <u32>(product0 >> 32) ^ layer ^ key1;
    const product1 = <u64>MULTIPLIER_1 * <u64>word2;
    const entry = blockTable + BLOCK_ENTRY * <usize>block;
    store<u32>(entry, <u32>(product1 >> 32) ^ (key0 + KEY_STEP_0)); // for word 0 after round 2
    store<u32>(entry, <u32>product1, 4); // word 1 after round 2
    store<u32>(entry, <u32>product0, 8); // word 3 after round 1
  }
}

/** Products of lanes 0 and 1. */
@inline
function productsBelow(a: v128, b: v128): v128 {
  return i64x2.extmul_low_i32x4_u(a, b);
}

/** Products of lanes 2 and 3. */
@inline
function productsAbove(a: v128, b: v128): v128 {
  return i64x2.extmul_high_i32x4_u(a, b);
}

/** The upper words of four products. */
@inline
function high(below: v128, above: v128): v128 {
  return v128.shuffle<i32>(below, above, 1, 3, 5, 7);
}

/** The lower words of four products. */
@inline
function low(below: v128, above: v128): v128 {
  return v128.shuffle<i32>(below, above, 0, 2, 4, 6);
}

/** The upper words of four products, mixed with another word and a key of a round (from 0). */
@inline
function mix(below: v128, above: v128, word: v128, round: usize, key: usize): v128 {
  return xor(xor(high(below, above), word), v128.load(ROUND_KEYS + (2 * round + key) * VECTOR));
}

let groupWord0: v128 = i64x2.splat(0);
let groupWord1: v128 = i64x2.splat(0);

/** Turns to a group of replicas: words 0 and 1 of their counters after round 1, for row 0. */
@inline
export function enterGroup(firstReplica: u32): void {
  const replicas = i32x4.add(i32x4.splat(firstReplica), i32x4(0, 1, 2, 3));
  const multiplier1 = v128.load(MULTIPLIERS, VECTOR);
  const below = productsBelow(replicas, multiplier1);
  const above = productsAbove(replicas, multiplier1);
  groupWord0 = xor(high(below, above), v128.load(ROUND_KEYS));
  groupWord1 = low(below, above);
}

/**
 * Stores at `out` the words of one row of `count` numbers, and returns where the next row's words
 * go. Words come in whole blocks, but half a block that nobody asked for is left to be overwritten
 * by the next row.
 */
@inline
export function drawRow(out: usize, row: u32, count: i32): usize {
  const nextRow = out + 2 * VECTOR * <usize>pairsOf(count);
  const m0 = v128.load(MULTIPLIERS);
  const m1 = v128.load(MULTIPLIERS, VECTOR);
  // Round 2: the product of word 0, and what it makes of words 2 and 3.
  const word0 = xor(groupWord0, i32x4.splat(row));
  let a = productsBelow(word0, m0);
  let b = productsAbove(word0, m0);
  const rowWord2 = xor(high(a, b), v128.load(ROUND_KEYS, 3 * VECTOR));
  const rowWord3 = low(a, b);

  for (let entry = blockTable; out < nextRow; entry += BLOCK_ENTRY, out += BLOCK) {
    let c0 = xor(v128.load32_splat(entry), groupWord1);
    let c1 = v128.load32_splat(entry, 4);
    let c2 = xor(rowWord2, v128.load32_splat(entry, 8));
    let c3 = rowWord3;
    let c: v128, d: v128;
    // Rounds 3 to 10, two lines each: a loop would cost a tenth of the speed.
    // prettier-ignore
    {
      a = productsBelow(c0, m0); b = productsAbove(c0, m0); c = productsBelow(c2, m1); d = productsAbove(c2, m1);
      c0 = mix(c, d, c1, 2, 0); c1 = low(c, d); c2 = mix(a, b, c3, 2, 1); c3 = low(a, b);
      a = productsBelow(c0, m0); b = productsAbove(c0, m0); c = productsBelow(c2, m1); d = productsAbove(c2, m1);
      c0 = mix(c, d, c1, 3, 0); c1 = low(c, d); c2 = mix(a, b, c3, 3, 1); c3 = low(a, b);
      a = productsBelow(c0, m0); b = productsAbove(c0, m0); c = productsBelow(c2, m1); d = productsAbove(c2, m1);
      c0 = mix(c, d, c1, 4, 0); c1 = low(c, d); c2 = mix(a, b, c3, 4, 1); c3 = low(a, b);
      a = productsBelow(c0, m0); b = productsAbove(c0, m0); c = productsBelow(c2, m1); d = productsAbove(c2, m1);
      c0 = mix(c, d, c1, 5, 0); c1 = low(c, d); c2 = mix(a, b, c3, 5, 1); c3 = low(a, b);
      a = productsBelow(c0, m0); b = productsAbove(c0, m0); c = productsBelow(c2, m1); d = productsAbove(c2, m1);
      c0 = mix(c, d, c1, 6, 0); c1 = low(c, d); c2 = mix(a, b, c3, 6, 1); c3 = low(a, b);
      a = productsBelow(c0, m0); b = productsAbove(c0, m0); c = productsBelow(c2, m1); d = productsAbove(c2, m1);
      c0 = mix(c, d, c1, 7, 0); c1 = low(c, d); c2 = mix(a, b, c3, 7, 1); c3 = low(a, b);
      a = productsBelow(c0, m0); b = productsAbove(c0, m0); c = productsBelow(c2, m1); d = productsAbove(c2, m1);
      c0 = mix(c, d, c1, 8, 0); c1 = low(c, d); c2 = mix(a, b, c3, 8, 1); c3 = low(a, b);
      a = productsBelow(c0, m0); b = productsAbove(c0, m0); c = productsBelow(c2, m1); d = productsAbove(c2, m1);
      c0 = mix(c, d, c1, 9, 0); c1 = low(c, d); c2 = mix(a, b, c3, 9, 1); c3 = low(a, b);
    }
    v128.store(out, c0);
    v128.store(out, c1, VECTOR);
    v128.store(out, c2, 2 * VECTOR);
    v128.store(out, c3, 3 * VECTOR);
  }
  return nextRow;
}
