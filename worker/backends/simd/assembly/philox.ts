// Philox4x32-10, for the seeds of strips: four replicas at once, or one counter.

import { storeSplats, VECTOR, xor } from "./vector";

const MULTIPLIER_0: u32 = 0xd2511f53;
const MULTIPLIER_1: u32 = 0xcd9e8d57;
const KEY_STEP_0: u32 = 0x9e3779b9;
const KEY_STEP_1: u32 = 0xbb67ae85;
const ROUNDS: u32 = 10;

const MULTIPLIERS: usize = memory.data(2 * 16, 16);
storeSplats<u32>(MULTIPLIERS, [MULTIPLIER_0, MULTIPLIER_1]);

/** The keys of the rounds, two vectors each. */
const ROUND_KEYS: usize = memory.data(10 * 2 * 16, 16);

let key0: u32 = 0;
let key1: u32 = 0;

/** Sets the key of all streams: the two words of the seed. */
export function setKey(low: u32, high: u32): void {
  key0 = low;
  key1 = high;
  for (let round: u32 = 0; round < ROUNDS; round++) {
    const at = ROUND_KEYS + 2 * VECTOR * round;
    v128.store(at, i32x4.splat(low + round * KEY_STEP_0));
    v128.store(at, i32x4.splat(high + round * KEY_STEP_1), VECTOR);
  }
}

/** The upper words of the products of lanes 0 and 1, and of lanes 2 and 3. */
@inline
function high(below: v128, above: v128): v128 {
  return v128.shuffle<i32>(below, above, 1, 3, 5, 7);
}

/** The lower words. */
@inline
function low(below: v128, above: v128): v128 {
  return v128.shuffle<i32>(below, above, 0, 2, 4, 6);
}

/** Stores at `out` the four words of the counters (c0, c1, replica, c3) of four replicas. */
@inline
export function philoxOfReplicas(out: usize, c0: u32, c1: u32, firstReplica: u32, c3: u32): void {
  const multiplier0 = v128.load(MULTIPLIERS);
  const multiplier1 = v128.load(MULTIPLIERS, VECTOR);
  let w0 = i32x4.splat(c0);
  let w1 = i32x4.splat(c1);
  let w2 = i32x4.add(i32x4.splat(firstReplica), i32x4(0, 1, 2, 3));
  let w3 = i32x4.splat(c3);
  for (let keys = ROUND_KEYS; keys < ROUND_KEYS + 2 * VECTOR * ROUNDS; keys += 2 * VECTOR) {
    const below0 = i64x2.extmul_low_i32x4_u(w0, multiplier0);
    const above0 = i64x2.extmul_high_i32x4_u(w0, multiplier0);
    const below1 = i64x2.extmul_low_i32x4_u(w2, multiplier1);
    const above1 = i64x2.extmul_high_i32x4_u(w2, multiplier1);
    w0 = xor(xor(high(below1, above1), w1), v128.load(keys));
    w1 = low(below1, above1);
    w2 = xor(xor(high(below0, above0), w3), v128.load(keys, VECTOR));
    w3 = low(below0, above0);
  }
  v128.store(out, w0);
  v128.store(out, w1, VECTOR);
  v128.store(out, w2, 2 * VECTOR);
  v128.store(out, w3, 3 * VECTOR);
}

/** Stores at `out` the four words of one counter. */
export function philoxBlock(out: usize, c0: u32, c1: u32, c2: u32, c3: u32): void {
  for (let round: u32 = 0; round < ROUNDS; round++) {
    const a = <u64>c0 * <u64>MULTIPLIER_0;
    const b = <u64>c2 * <u64>MULTIPLIER_1;
    c0 = <u32>(b >> 32) ^ c1 ^ (key0 + round * KEY_STEP_0);
    c2 = <u32>(a >> 32) ^ c3 ^ (key1 + round * KEY_STEP_1);
    c1 = <u32>b;
    c3 = <u32>a;
  }
  store<u32>(out, c0);
  store<u32>(out, c1, 4);
  store<u32>(out, c2, 8);
  store<u32>(out, c3, 12);
}
