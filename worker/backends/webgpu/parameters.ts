/** WGSL for what a dispatch is told; its binding is 0. */
export const PARAMETERS = /* wgsl */ `
struct Parameters {
  // Layers to propagate, and replicas in the batch.
  layers: u32,
  slots: u32,
  // It is zero, but no compiler can know: for guardBits.
  zero: u32,
  free: u32,
}
@group(0) @binding(0) var<uniform> parameters: Parameters;
`;

/**
 * Buffers of parameters for the dispatches of a batch, one for each number of layers. They are
 * written when they are made, so that a dispatch can be recorded long before it is submitted.
 */
export class ParameterBuffers {
  readonly #device: GPUDevice;
  readonly #slots: number;
  readonly #buffers = new Map<number, GPUBuffer>();

  constructor(device: GPUDevice, slots: number) {
    this.#device = device;
    this.#slots = slots;
  }

  /** The buffer for dispatches of so many layers. */
  of(layers: number): GPUBuffer {
    const known = this.#buffers.get(layers);
    if (known !== undefined) return known;
    const buffer = filledBuffer(
      this.#device,
      Uint32Array.of(layers, this.#slots, 0, 0),
      GPUBufferUsage.UNIFORM,
    );
    this.#buffers.set(layers, buffer);
    return buffer;
  }

  destroy(): void {
    for (const buffer of this.#buffers.values()) buffer.destroy();
  }
}

/** A buffer on the device with these words in it. */
export function filledBuffer(
  device: GPUDevice,
  words: Uint32Array,
  usage: GPUBufferUsageFlags,
): GPUBuffer {
  const buffer = device.createBuffer({ size: words.byteLength, usage, mappedAtCreation: true });
  new Uint32Array(buffer.getMappedRange()).set(words);
  buffer.unmap();
  return buffer;
}
