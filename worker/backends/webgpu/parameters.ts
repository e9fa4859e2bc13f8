/** WGSL for what a dispatch is told. `zero` is 0, which no compiler knows (wgsl/doubleSingle.ts). */
export const PARAMETERS = /* wgsl */ `
struct Parameters { layers: u32, zero: u32, free0: u32, free1: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
`;

/**
 * Uniform buffers for dispatches, one for each number of layers: a pass is submitted later than it is
 * recorded, so that what it reads may not change in between. There are few different numbers.
 */
export class Parameters {
  readonly #device: GPUDevice;
  readonly #buffers = new Map<number, GPUBuffer>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** The buffer that asks for so many layers. */
  buffer(layers: number): GPUBuffer {
    const known = this.#buffers.get(layers);
    if (known !== undefined) return known;
    const usage = GPUBufferUsage.UNIFORM;
    const buffer = this.#device.createBuffer({ size: 16, usage, mappedAtCreation: true });
    new Uint32Array(buffer.getMappedRange()).set([layers, 0, 0, 0]);
    buffer.unmap();
    this.#buffers.set(layers, buffer);
    return buffer;
  }

  destroy(): void {
    for (const buffer of this.#buffers.values()) buffer.destroy();
  }
}
