/** WGSL for what a dispatch is told; its binding is 0. */
export const PARAMETERS = /* wgsl */ `
struct Parameters {
  // Layers to propagate, and replicas in the batch.
  layers: u32,
  slots: u32,
  // It is zero, but no compiler can know: for guardBits.
  zero: u32,
  // The row to begin at, where a dispatch has a part of a layer.
  firstRow: u32,
}
@group(0) @binding(0) var<uniform> parameters: Parameters;
`;

/**
 * Buffers of parameters for the dispatches of a batch, one for all that are told the same. They are
 * written when they are made, so that a dispatch can be recorded long before it is submitted.
 */
export class ParameterBuffers {
  readonly #device: GPUDevice;
  readonly #slots: number;
  readonly #buffers = new Map<string, GPUBuffer>();

  constructor(device: GPUDevice, slots: number) {
    this.#device = device;
    this.#slots = slots;
  }

  /** The buffer for dispatches of so many layers, or of a part of one that begins at a row. */
  of(layers: number, firstRow = 0): GPUBuffer {
    const key = `${layers} ${firstRow}`;
    const known = this.#buffers.get(key);
    if (known !== undefined) return known;
    const buffer = filledBuffer(
      this.#device,
      Uint32Array.of(layers, this.#slots, 0, firstRow),
      GPUBufferUsage.UNIFORM,
    );
    this.#buffers.set(key, buffer);
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
