// What lies where in linear memory, after the constants. `reserve` lays it out for the law of
// law.ts, a width and a number of groups; TypeScript reads the lane states at the checkpoints.

import { Law, law, wordsOfRow } from "./law";
import { VECTOR } from "./vector";

/** Bytes of a group's state: three vectors for each half (layer.ts). */
export const STATE: usize = 6 * VECTOR;

/** Words drawn at a time, in whole rows: 4 KiB, so that they stay in the first-level cache. */
const DRAWN_WORDS: i32 = 256;

/** Words drawn at a time for signs, and rows at least: sums over x must serve many rows. 64 KiB. */
const DRAWN_SIGN_WORDS: i32 = 4096;
const DRAWN_SIGN_ROWS: i32 = 16;

/**
 * Bytes of a cache line. A processor may confuse a store and a load that are at the same place of
 * different pages, so buffers that are used together lie a line off.
 */
const CACHE_LINE: usize = 64;

/** Entries of a strip, unless a row has more (shared/random/stream.ts). */
const STRIP_ENTRIES: i32 = 1024;

export let width: i32 = 0;
export let groups: i32 = 0;

/** Whether all groups have the replicas of the first one, with inputs of their own. */
export let shared: bool = false;

/**
 * Rows of a strip, words of a row, rows drawn together, and columns drawn together: all of them,
 * except in a long row, which is drawn in parts.
 */
export let rowsOfStrip: i32 = 0;
export let rowWords: i32 = 0;
export let rowsAtOnce: i32 = 0;
export let columnsAtOnce: i32 = 0;

/**
 * The words of a group, those of the next, and the entries made of either: row after row, each a
 * whole number of pairs.
 */
export let words: usize = 0;
export let nextWords: usize = 0;
export let entries: usize = 0;

/** A row of half a group in float64 (orthogonal.ts). */
export let doubles: usize = 0;

let states: usize = 0;

/** x of each group, and z = W x: the first half of the group, then the second. */
let inputs: usize = 0;
let outputs: usize = 0;
let vectorBytes: usize = 0;

/** The table of the binomial law, where there is one (isotropic.ts). */
export let binomialTable: usize = 0;

/** Pairs of entries that hold `count` of them. */
@inline
export function pairsOf(count: i32): i32 {
  return (count + 1) >> 1;
}

@inline
export function stateOf(group: i32): usize {
  return states + STATE * <usize>group;
}

/** Bytes from x or z of the first half of a group to that of the second. */
@inline
export function halfBytes(): usize {
  return 2 * VECTOR * <usize>pairsOf(width);
}

@inline
export function inputOf(group: i32): usize {
  return inputs + vectorBytes * <usize>group;
}

@inline
export function outputOf(group: i32): usize {
  return outputs + vectorBytes * <usize>group;
}

/** Computes how many rows to draw together. */
function rowsToDraw(): i32 {
  const rows = DRAWN_WORDS / max(1, rowWords);
  if (law != Law.Rademacher) return max(1, min(rowsOfStrip, rows));
  const strips = max(DRAWN_SIGN_ROWS, DRAWN_SIGN_WORDS / max(1, rowWords)) / rowsOfStrip;
  return rowsOfStrip * max(1, strips);
}

/** Computes how many columns to draw together, a whole number of pairs. */
function columnsToDraw(): i32 {
  if (law == Law.Rademacher || rowWords <= DRAWN_WORDS) return width;
  return 2 * (DRAWN_WORDS / wordsOfRow(2));
}

/** Says whether all groups have the same replicas. */
export function shareReplicas(isShared: bool): void {
  shared = isShared;
}

/** Lays the memory out anew, all zeros, and grows it if it must. */
export function reserve(newWidth: i32, newGroups: i32, binomialBytes: usize): void {
  width = newWidth;
  groups = newGroups;
  rowsOfStrip = max(1, STRIP_ENTRIES / max(1, width));
  rowWords = wordsOfRow(width);
  rowsAtOnce = rowsToDraw();
  columnsAtOnce = columnsToDraw();
  // One element of padding where the width is odd, so that a vector is a whole number of pairs. The
  // first row of normals, the input, may be longer than a row of the law's words.
  const rowBytes: usize = halfBytes();
  vectorBytes = 2 * rowBytes;
  const wordBytes: usize =
    VECTOR * <usize>max(DRAWN_WORDS, max(rowWords * min(rowsAtOnce, width), 2 * pairsOf(width)));
  const entryBytes: usize = rowBytes * <usize>(law == Law.Rademacher ? 1 : rowsAtOnce);

  const begin = (__heap_base + 63) & ~63;
  words = begin;
  nextWords = words + wordBytes + CACHE_LINE;
  entries = nextWords + wordBytes + CACHE_LINE;
  doubles = entries + entryBytes;
  states = doubles + rowBytes;
  inputs = states + STATE * <usize>groups;
  outputs = inputs + vectorBytes * <usize>groups;
  binomialTable = outputs + vectorBytes * <usize>groups;
  const end = binomialTable + binomialBytes;

  const pages = <i32>((end + 0xffff) >> 16);
  if (pages > memory.size() && memory.grow(pages - memory.size()) < 0) unreachable();
  memory.fill(begin, 0, end - begin);
}

/** The address of the first state. */
export function stateAddress(): usize {
  return states;
}
