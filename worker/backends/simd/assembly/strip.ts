// The words of a strip for four replicas, by sfc32: shared/random/stream.ts and sfc32.ts.

import { philoxOfReplicas } from "./philox";
import { VECTOR, xor } from "./vector";

/** The states a, b, c and counter. */
const STATE: usize = memory.data(4 * 16, 16);

/** Goes to the beginning of a strip of four replicas. */
export function enterStrip(firstReplica: u32, layer: u32, strip: u32): void {
  philoxOfReplicas(STATE, strip, 0, firstReplica, layer);
}

/** Stores the next `count` words at `out`, a vector each, and returns where they end. */
export function drawWords(out: usize, count: i32): usize {
  const end = out + VECTOR * <usize>count;
  let a = v128.load(STATE);
  let b = v128.load(STATE, VECTOR);
  let c = v128.load(STATE, 2 * VECTOR);
  let counter = v128.load(STATE, 3 * VECTOR);
  while (out < end) {
    const word = i32x4.add(i32x4.add(a, counter), b);
    v128.store(out, word);
    a = xor(b, i32x4.shr_u(b, 9));
    b = i32x4.add(c, i32x4.shl(c, 3));
    c = i32x4.add(v128.or(i32x4.shl(c, 21), i32x4.shr_u(c, 11)), word);
    counter = i32x4.sub(counter, i32x4.splat(-1));
    out += VECTOR;
  }
  v128.store(STATE, a);
  v128.store(STATE, b, VECTOR);
  v128.store(STATE, c, 2 * VECTOR);
  v128.store(STATE, counter, 3 * VECTOR);
  return end;
}
