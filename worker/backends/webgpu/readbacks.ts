/** Buffers of one size that copies of device memory are read from, each used again and again. */
export class Readbacks {
  readonly #all: GPUBuffer[] = [];
  readonly #free: GPUBuffer[] = [];

  constructor(device: GPUDevice, count: number, bytes: number) {
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    for (let i = 0; i < count; i++) this.#all.push(device.createBuffer({ size: bytes, usage }));
    this.#free.push(...this.#all);
  }

  /** A buffer to copy into. There is one for each submission on its way. */
  take(): GPUBuffer {
    const buffer = this.#free.pop();
    if (buffer === undefined) throw new Error("all readback buffers are in use");
    return buffer;
  }

  /** Waits until what was copied is there, and frees the buffer. */
  async read(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    try {
      await buffer.mapAsync(GPUMapMode.READ, 0, bytes);
    } catch (cause) {
      // Where a device is lost, Dawn aborts and says nothing.
      throw new Error("its results could not be read back", { cause });
    }
    const copied = buffer.getMappedRange(0, bytes).slice(0);
    buffer.unmap();
    this.#free.push(buffer);
    return copied;
  }

  destroy(): void {
    for (const buffer of this.#all) buffer.destroy();
  }
}
