// Normals, most of them replaced by zero. Two of four words make a pair of normals, and each of the
// other two decides whether one of the pair is kept.

import { lastKeepingWord } from "./law";
import { entries } from "./memory";
import { fillNormals32 } from "./normal32";
import { VECTOR } from "./vector";

/** Turns the words from `begin` to `end` into entries. */
export function fillSparseGaussians(begin: usize, end: usize): void {
  fillNormals32(begin, end, 4);
  const last = i32x4.splat(lastKeepingWord);
  let out = entries;
  for (let at = begin + 2 * VECTOR; at < end; at += 4 * VECTOR, out += 2 * VECTOR) {
    const kept0 = i32x4.le_u(v128.load(at), last);
    const kept1 = i32x4.le_u(v128.load(at, VECTOR), last);
    v128.store(out, v128.and(v128.load(out), kept0));
    v128.store(out, v128.and(v128.load(out, VECTOR), kept1), VECTOR);
  }
}
