// Dense orthogonal layers: Q x by reflections of growing trailing parts of x (stream.ts).

import { finishLayer } from "./layer";
import { groups, inputOf, normals, pairsOf, rowsAtOnce, width, words } from "./memory";
import { fillNormals } from "./normal32";
import { drawRow, enterGroup, enterLayer } from "./philox";
import { GROUP, multiplyAdd, VECTOR, xor } from "./vector";

/**
 * v ← −sgn(g₀) H v for the n elements at v. With s = sgn(g₀) and u = g + s ‖g‖ e₁, along which H
 * reflects, H v = v − u (u·v) / (‖g‖ (‖g‖ + |g₀|)). Turns g into u.
 */
@inline
function reflect(n: i32, v: usize, g: usize): void {
  const bytes = VECTOR * <usize>n;
  let square = f32x4.splat(0);
  let product = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += VECTOR) {
    square = multiplyAdd<f32>(v128.load(g + i), v128.load(g + i), square);
    product = multiplyAdd<f32>(v128.load(g + i), v128.load(v + i), product);
  }
  const first = v128.load(g);
  const sign = v128.and(first, f32x4.splat(-0.0));
  const norm = f32x4.sqrt(square);
  const signedNorm = xor(norm, sign);
  const along = multiplyAdd<f32>(signedNorm, v128.load(v), product);
  const half = f32x4.mul(norm, f32x4.add(norm, f32x4.abs(first)));
  const factor = xor(f32x4.div(along, half), sign);
  v128.store(g, f32x4.add(first, signedNorm));
  for (let i: usize = 0; i < bytes; i += VECTOR) {
    const turned = xor(v128.load(v + i), sign);
    v128.store(v + i, f32x4.sub(f32x4.mul(factor, v128.load(g + i)), turned));
  }
}

/** Reflections firstRow + 1 … endRow of x. */
@inline
function reflectRows(firstRow: i32, endRow: i32, x: usize): void {
  for (let first = firstRow + 1; first <= endRow; first += rowsAtOnce) {
    const last = min(first + rowsAtOnce - 1, endRow);
    let end = words;
    for (let n = first; n <= last; n++) end = drawRow(end, n, n);
    fillNormals(end);
    let g = normals;
    for (let n = first; n <= last; n++) {
      reflect(n, x + VECTOR * <usize>(width - n), g);
      g += 2 * VECTOR * <usize>pairsOf(n);
    }
  }
}

/** As advanceGaussian; row n − 1 is the n-th reflection. */
export function advanceOrthogonal(
  firstReplica: u32,
  firstLayer: u32,
  layers: i32,
  firstRow: i32,
  endRow: i32,
): void {
  for (let layer = firstLayer; layer < firstLayer + layers; layer++) {
    enterLayer(layer);
    for (let group = 0; group < groups; group++) {
      enterGroup(firstReplica + GROUP * group);
      reflectRows(firstRow, endRow, inputOf(group));
      if (endRow == width) finishLayer(group, inputOf(group));
    }
  }
}
