// The words of strip 0 of one replica's layer, one at a time, as Stream.words of
// shared/random/stream.ts gives them. For what the vector code leaves over.

import { philoxBlock } from "./philox";

const SEED: usize = memory.data(4 * 4, 16);

let a: u32 = 0;
let b: u32 = 0;
let c: u32 = 0;
let counter: u32 = 0;

/** Goes to a word. */
export function seekWord(replica: u32, layer: u32, position: u32): void {
  philoxBlock(SEED, 0, 0, replica, layer);
  a = load<u32>(SEED);
  b = load<u32>(SEED, 4);
  c = load<u32>(SEED, 8);
  counter = load<u32>(SEED, 12);
  for (let i: u32 = 0; i < position; i++) nextWord();
}

export function nextWord(): u32 {
  const word = a + b + counter;
  counter++;
  a = b ^ (b >> 9);
  b = c + (c << 3);
  c = rotl<u32>(c, 21) + word;
  return word;
}
