// Dense layers: z = W x, the entries of W used as they are drawn and never kept.

import { multiplyAgain, multiplyDrawn } from "./entries";
import { finishLayer } from "./layer";
import { Law, law, wordsOfRow } from "./law";
import {
  columnsAtOnce, groups, inputOf, nextWords, outputOf, rowsAtOnce, rowsOfStrip, shared, width,
  words,
} from "./memory";
import { reflectRows } from "./orthogonal";
import { multiplySigns } from "./rademacher";
import { drawTwice, drawWords, enterStrip, enterTwoStrips } from "./strip";
import { GROUP, VECTOR } from "./vector";

/**
 * Computes rows firstRow … endRow − 1 of z = W x for all groups, which have the same replicas and
 * other inputs: each entry is drawn once for all of them. firstRow must begin a strip.
 */
function multiplyShared(replica: u32, layer: u32, firstRow: i32, endRow: i32): void {
  for (let row = firstRow; row < endRow; ) {
    enterStrip(replica, layer, row / rowsOfStrip);
    const endOfStrip = min(row + rowsOfStrip, endRow);
    while (row < endOfStrip) {
      const rows = min(rowsAtOnce, endOfStrip - row);
      for (let column = 0; column < width; column += columnsAtOnce) {
        const begins = column == 0;
        const columns = min(columnsAtOnce, width - column);
        const end = drawWords(words, rows * wordsOfRow(columns));
        const fromX = VECTOR * <usize>column;
        const fromZ = VECTOR * <usize>row;
        for (let group = 0; group < groups; group++) {
          const x = inputOf(group) + fromX;
          const z = outputOf(group) + fromZ;
          if (group == 0) multiplyDrawn(words, end, rows, columns, begins, x, z);
          else multiplyAgain(words, end, rows, columns, begins, x, z);
        }
      }
      row += rows;
    }
  }
}

/**
 * Computes rows firstRow … endRow − 1 of z = W x for a group, and for the next if there is one.
 * firstRow must begin a strip.
 */
function multiplyEntries(
  group: i32,
  replica: u32,
  layer: u32,
  firstRow: i32,
  endRow: i32,
): void {
  const both = group + 1 < groups;
  for (let row = firstRow; row < endRow; ) {
    if (both) enterTwoStrips(replica, layer, row / rowsOfStrip);
    else enterStrip(replica, layer, row / rowsOfStrip);
    const endOfStrip = min(row + rowsOfStrip, endRow);
    while (row < endOfStrip) {
      const rows = min(rowsAtOnce, endOfStrip - row);
      for (let column = 0; column < width; column += columnsAtOnce) {
        const begins = column == 0;
        const columns = min(columnsAtOnce, width - column);
        const drawn = rows * wordsOfRow(columns);
        const bytes = VECTOR * <usize>drawn;
        if (both) drawTwice(words, nextWords, drawn);
        else drawWords(words, drawn);
        const fromX = VECTOR * <usize>column;
        const fromZ = VECTOR * <usize>row;
        const x = inputOf(group) + fromX;
        multiplyDrawn(words, words + bytes, rows, columns, begins, x, outputOf(group) + fromZ);
        if (!both) continue;
        const nextX = inputOf(group + 1) + fromX;
        const nextZ = outputOf(group + 1) + fromZ;
        multiplyDrawn(nextWords, nextWords + bytes, rows, columns, begins, nextX, nextZ);
      }
      row += rows;
    }
  }
}

/**
 * Computes rows firstRow … endRow − 1 of `layers` layers, and ends each layer with its last row.
 * Callers keep a call to a few milliseconds: they ask for many layers, for one, or for some of its
 * rows, from the beginning of a strip on. Row n − 1 of orthogonal weights is the n-th reflection.
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
      const replica = firstReplica + (shared ? 0 : GROUP * group);
      const x = inputOf(group);
      const z = law == Law.Orthogonal ? x : outputOf(group);
      if (law == Law.Orthogonal) reflectRows(replica, layer, firstRow, endRow, x);
      else if (law == Law.Rademacher) multiplySigns(replica, layer, firstRow, endRow, x, z);
      else if (shared && group == 0) multiplyShared(replica, layer, firstRow, endRow);
      else if (!shared && group % 2 == 0) multiplyEntries(group, replica, layer, firstRow, endRow);
      if (endRow == width) finishLayer(group, z);
    }
  }
}
