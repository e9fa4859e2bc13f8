// What lies where in linear memory, after the constants. `reserve` lays it out for a width and a
// number of groups; TypeScript reads the lane states at the checkpoints.

import { VECTOR } from "./vector";

/** Bytes of the four words of a block, for a group. */
export const BLOCK: usize = 4 * VECTOR;

/** Bytes of an entry of the block table (philox.ts). */
export const BLOCK_ENTRY: usize = 16;

/** Bytes of a group's state: three vectors in float32 (layer.ts), six in float64 (isotropic.ts). */
export const STATE: usize = 6 * VECTOR;

/** Blocks to draw at a time, in whole rows: 4 KiB of words. */
const DRAWN_BLOCKS: i32 = 64;

export let width: i32 = 0;
export let groups: i32 = 0;

export let blockTable: usize = 0;

/** Rows drawn together: one if it is long. Their words, and then their normals, row after row. */
export let rowsAtOnce: i32 = 0;
export let words: usize = 0;
export let normals: usize = 0;

let states: usize = 0;

/** x of each group, and z = W x. */
let inputs: usize = 0;
let outputs: usize = 0;
let vectorBytes: usize = 0;

/** The table of the binomial law, where there is one (isotropic.ts). */
export let binomialTable: usize = 0;

/** Pairs of normals, or of words, that hold `count` of them. */
@inline
export function pairsOf(count: i32): i32 {
  return (count + 1) >> 1;
}

/** Blocks of a row, and at least the two that isotropic layers need. */
@inline
export function rowBlocks(): i32 {
  return max(2, (width + 3) >> 2);
}

@inline
export function stateOf(group: i32): usize {
  return states + STATE * <usize>group;
}

@inline
export function inputOf(group: i32): usize {
  return inputs + vectorBytes * <usize>group;
}

@inline
export function outputOf(group: i32): usize {
  return outputs + vectorBytes * <usize>group;
}

/** Lays the memory out anew, all zeros, and grows it if it must. */
export function reserve(newWidth: i32, newGroups: i32, binomialBytes: usize): void {
  width = newWidth;
  groups = newGroups;
  rowsAtOnce = max(1, DRAWN_BLOCKS / rowBlocks());
  // One element of padding where the width is odd, so that a vector is a whole number of pairs; and
  // half a block more than whole rows, which the last row may spill over (philox.ts).
  vectorBytes = 2 * VECTOR * <usize>pairsOf(width);
  const drawnBytes = BLOCK * <usize>(rowBlocks() * rowsAtOnce) + BLOCK;

  const begin = (__heap_base + 63) & ~63;
  blockTable = begin;
  words = blockTable + BLOCK_ENTRY * <usize>rowBlocks();
  normals = words + drawnBytes;
  states = normals + drawnBytes;
  inputs = states + STATE * <usize>groups;
  outputs = inputs + vectorBytes * <usize>groups;
  binomialTable = outputs + vectorBytes * <usize>groups;
  const end = binomialTable + binomialBytes;

  const pages = <i32>((end + 0xffff) >> 16);
  if (pages > memory.size() && memory.grow(pages - memory.size()) < 0) unreachable();
  memory.fill(begin, 0, end - begin);
}

/** Where the states begin. */
export function stateAddress(): usize {
  return states;
}
