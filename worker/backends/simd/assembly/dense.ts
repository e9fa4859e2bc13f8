// Dense layers: z = W x, the entries of W used as they are drawn and never kept.

import { multiplyDrawn } from "./entries";
import { finishLayer } from "./layer";
import { Law, law } from "./law";
import {
  groups, inputOf, outputOf, rowsAtOnce, rowsOfStrip, rowWords, width, words,
} from "./memory";
import { reflectRows } from "./orthogonal";
import { multiplySigns } from "./rademacher";
import { drawWords, enterStrip } from "./strip";
import { GROUP, VECTOR } from "./vector";

/** Rows firstRow … endRow − 1 of z = W x, from the beginning of a strip on. */
function multiplyEntries(
  replica: u32,
  layer: u32,
  firstRow: i32,
  endRow: i32,
  x: usize,
  z: usize,
): void {
  for (let row = firstRow; row < endRow; ) {
    enterStrip(replica, layer, row / rowsOfStrip);
    const endOfStrip = min(row + rowsOfStrip, endRow);
    while (row < endOfStrip) {
      const rows = min(rowsAtOnce, endOfStrip - row);
      drawWords(words, rows * rowWords);
      multiplyDrawn(rows, x, z + VECTOR * <usize>row);
      row += rows;
    }
  }
}

/**
 * Computes rows firstRow … endRow − 1 of `layers` layers, and ends each layer with its last row.
 * A call is kept to a few milliseconds by asking for many layers, for one, or for some of its rows,
 * from the beginning of a strip on. Of orthogonal weights, row n − 1 is the n-th reflection.
 */
export function advanceDense(
  firstReplica: u32,
  firstLayer: u32,
  layers: i32,
  firstRow: i32,
  endRow: i32,
): void {
  for (let layer = firstLayer; layer < firstLayer + layers; layer++) {
    for (let group = 0; group < groups; group++) {
      const replica = firstReplica + GROUP * group;
      const x = inputOf(group);
      const z = law == Law.Orthogonal ? x : outputOf(group);
      if (law == Law.Orthogonal) reflectRows(replica, layer, firstRow, endRow, x);
      else if (law == Law.Rademacher) multiplySigns(replica, layer, firstRow, endRow, x, z);
      else multiplyEntries(replica, layer, firstRow, endRow, x, z);
      if (endRow == width) finishLayer(group, z);
    }
  }
}
