// Philox4x32-10 of one counter.

import { key0, key1, KEY_STEP_0, KEY_STEP_1, MULTIPLIER_0, MULTIPLIER_1 } from "./philox";

/** Stores the four words of a counter at `out`. */
export function philoxBlock(out: usize, c0: u32, c1: u32, c2: u32, c3: u32): void {
  for (let round: u32 = 0; round < 10; round++) {
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
