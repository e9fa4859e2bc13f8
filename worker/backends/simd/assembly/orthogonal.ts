// Dense orthogonal layers: Q x by reflections of growing trailing parts of x (stream.ts).

import {
  doubles, entries, halfBytes, pairsOf, rowsAtOnce, rowsOfStrip, width, words,
} from "./memory";
import { fillNormals32 } from "./normal32";
import { drawWords, enterStrip } from "./strip";
import { multiplyAdd, VECTOR, xor } from "./vector";

/**
 * v ← −sgn(g₀) H v for the n elements at v. With s = sgn(g₀) and u = g + s ‖g‖ e₁, along which H
 * reflects, H v = v − u (u·v) / (‖g‖ (‖g‖ + |g₀|)). Works on half a group: g is its first lane of
 * float32 of four, and `doubles` takes u.
 */
@inline
function reflect(n: i32, v: usize, g: usize): void {
  const bytes = VECTOR * <usize>n;
  let square = f64x2.splat(0);
  let product = f64x2.splat(0);
  for (let i: usize = 0; i < bytes; i += VECTOR) {
    const normal = f64x2.promote_low_f32x4(v128.load64_zero(g + i));
    v128.store(doubles + i, normal);
    square = multiplyAdd<f64>(normal, normal, square);
    product = multiplyAdd<f64>(normal, v128.load(v + i), product);
  }
  const first = v128.load(doubles);
  const sign = v128.and(first, f64x2.splat(-0.0));
  const norm = f64x2.sqrt(square);
  const signedNorm = xor(norm, sign);
  const along = multiplyAdd<f64>(signedNorm, v128.load(v), product);
  const half = f64x2.mul(norm, f64x2.add(norm, f64x2.abs(first)));
  const factor = xor(f64x2.div(along, half), sign);
  v128.store(doubles, f64x2.add(first, signedNorm));
  for (let i: usize = 0; i < bytes; i += VECTOR) {
    const turned = xor(v128.load(v + i), sign);
    v128.store(v + i, f64x2.sub(f64x2.mul(factor, v128.load(doubles + i)), turned));
  }
}

/** Applies reflections firstRow + 1 … endRow to x; firstRow must begin a strip. */
export function reflectRows(
  replica: u32,
  layer: u32,
  firstRow: i32,
  endRow: i32,
  x: usize,
): void {
  for (let row = firstRow; row < endRow; ) {
    if (row % rowsOfStrip == 0) enterStrip(replica, layer, row / rowsOfStrip);
    const endOfStrip = row - (row % rowsOfStrip) + rowsOfStrip;
    const last = min(min(row + rowsAtOnce, endOfStrip), endRow);
    let end = words;
    for (let n = row + 1; n <= last; n++) end = drawWords(end, 2 * pairsOf(n));
    fillNormals32(words, end, 2);
    let g = entries;
    for (let n = row + 1; n <= last; n++) {
      const v = x + VECTOR * <usize>(width - n);
      reflect(n, v, g);
      reflect(n, v + halfBytes(), g + 8);
      g += 2 * VECTOR * <usize>pairsOf(n);
    }
    row = last;
  }
}
