// The words of one replica in sequence, one at a time: row 0 of a layer, as in Stream.words of
// shared/random/stream.ts. For what the vector code leaves over.

import { philoxBlock } from "./philoxBlock";

const BLOCK: usize = memory.data(4 * 4, 16);

let replica: u32 = 0;
let layer: u32 = 0;
let position: u32 = 0;

/** Goes to a word of a replica's layer. */
export function seekWord(newReplica: u32, newLayer: u32, newPosition: u32): void {
  replica = newReplica;
  layer = newLayer;
  position = newPosition;
  if (position % 4 != 0) philoxBlock(BLOCK, position / 4, 0, replica, layer);
}

export function nextWord(): u32 {
  if (position % 4 == 0) philoxBlock(BLOCK, position / 4, 0, replica, layer);
  return load<u32>(BLOCK + 4 * <usize>(position++ % 4));
}
