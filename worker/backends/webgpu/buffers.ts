import { keyOfSeed } from "../../../shared/random/stream.ts";
import { type ReplicaSlot, STATE_WORDS } from "./kernel.ts";
import { SLOT_WORDS } from "./wgsl/strip.ts";

/** A storage buffer with these words in it. */
export function filledBuffer(device: GPUDevice, words: Uint32Array): GPUBuffer {
  const buffer = device.createBuffer({
    size: words.byteLength,
    usage: GPUBufferUsage.STORAGE,
    mappedAtCreation: true,
  });
  new Uint32Array(buffer.getMappedRange()).set(words);
  buffer.unmap();
  return buffer;
}

/** The slots as wgsl/strip.ts reads them. */
export function slotsBuffer(device: GPUDevice, slots: readonly ReplicaSlot[]): GPUBuffer {
  const words = new Uint32Array(SLOT_WORDS * slots.length);
  for (const [i, { seed, replica }] of slots.entries()) {
    words.set([...keyOfSeed(seed), replica], SLOT_WORDS * i);
  }
  return filledBuffer(device, words);
}

/** Room for the states of a batch. */
export function statesBuffer(device: GPUDevice, slots: readonly ReplicaSlot[]): GPUBuffer {
  const { STORAGE, COPY_SRC } = GPUBufferUsage;
  const size = 4 * STATE_WORDS * slots.length;
  return device.createBuffer({ size, usage: STORAGE | COPY_SRC });
}
