import { keyOfSeed } from "../../../shared/random/stream.ts";
import type { ReplicaSlot } from "./kernel.ts";
import { filledBuffer } from "./parameters.ts";

/** Words of a slot: the two words of the key, the replica's number, and nothing. */
const SLOT_WORDS = 4;

/** A buffer that tells a device which replicas to propagate: `array<vec4<u32>>`, as wgsl/strip.ts reads it. */
export function slotBuffer(device: GPUDevice, slots: readonly ReplicaSlot[]): GPUBuffer {
  const words = new Uint32Array(SLOT_WORDS * slots.length);
  for (const [i, { seed, replica }] of slots.entries()) {
    words.set([...keyOfSeed(seed), replica], SLOT_WORDS * i);
  }
  return filledBuffer(device, words, GPUBufferUsage.STORAGE);
}
