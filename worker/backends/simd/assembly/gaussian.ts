// Dense Gaussian layers: z = W x with entries of variance 1, used as they are drawn.

import { finishLayer } from "./layer";
import { groups, inputOf, normals, outputOf, pairsOf, rowsAtOnce, width, words } from "./memory";
import { fillNormals } from "./normal32";
import { drawRow, enterGroup, enterLayer } from "./philox";
import { GROUP, multiplyAdd, VECTOR } from "./vector";

/** The scalar product of vectors of a whole number of pairs, `bytes` long. */
@inline
function dot(a: usize, b: usize, bytes: usize): v128 {
  let sum = f32x4.splat(0);
  for (const end = a + bytes; a < end; a += 2 * VECTOR, b += 2 * VECTOR) {
    sum = multiplyAdd<f32>(v128.load(a), v128.load(b), sum);
    sum = multiplyAdd<f32>(v128.load(a, VECTOR), v128.load(b, VECTOR), sum);
  }
  return sum;
}

/** Rows firstRow … endRow − 1 of z = W x. */
@inline
function multiplyRows(firstRow: i32, endRow: i32, x: usize, z: usize): void {
  const bytes: usize = 2 * VECTOR * <usize>pairsOf(width);
  for (let row = firstRow; row < endRow; row += rowsAtOnce) {
    const rows = min(rowsAtOnce, endRow - row);
    let end = words;
    for (let i = 0; i < rows; i++) end = drawRow(end, row + i, width);
    fillNormals(end);
    for (let i = 0; i < rows; i++) {
      v128.store(z + VECTOR * <usize>(row + i), dot(normals + bytes * <usize>i, x, bytes));
    }
  }
}

/**
 * Computes rows firstRow … endRow − 1 of `layers` layers, and ends each layer with its last row.
 * A call is kept to a few milliseconds by asking for many layers, for one, or for some of its rows.
 */
export function advanceGaussian(
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
      multiplyRows(firstRow, endRow, inputOf(group), outputOf(group));
      if (endRow == width) finishLayer(group, outputOf(group));
    }
  }
}
