import { type Batch, type ReplicaSlot, STATE_WORDS } from "./kernel.ts";
import { ParameterBuffers } from "./parameters.ts";
import type { CompiledKernel } from "./pipelines.ts";
import { slotBuffer } from "./slots.ts";

/** Most workgroups in one dimension of a dispatch. */
const MOST_WORKGROUPS = 65_535;

/** A dispatch's buffers, in the order of its bindings. */
export type Bindings = (
  parameters: GPUBuffer,
  slots: GPUBuffer,
  states: GPUBuffer,
) => readonly GPUBuffer[];

/** A batch of a kernel that takes whole replicas from layer to layer, some to a workgroup. */
export class ReplicaBatch implements Batch {
  readonly states: GPUBuffer;
  readonly #device: GPUDevice;
  readonly #groups: number;
  readonly #kernels: { readonly start: CompiledKernel; readonly advance: CompiledKernel };
  readonly #bindings: Bindings;
  readonly #parameters: ParameterBuffers;
  readonly #slots: GPUBuffer;
  readonly #bindGroups = new Map<string, GPUBindGroup>();

  constructor(
    device: GPUDevice,
    slots: readonly ReplicaSlot[],
    replicasPerWorkgroup: number,
    kernels: { readonly start: CompiledKernel; readonly advance: CompiledKernel },
    bindings: Bindings,
  ) {
    this.#device = device;
    this.#groups = Math.ceil(slots.length / replicasPerWorkgroup);
    this.#kernels = kernels;
    this.#bindings = bindings;
    this.#parameters = new ParameterBuffers(device, slots.length);
    this.#slots = slotBuffer(device, slots);
    const { STORAGE, COPY_SRC } = GPUBufferUsage;
    const size = 4 * STATE_WORDS * slots.length;
    this.states = device.createBuffer({ size, usage: STORAGE | COPY_SRC });
  }

  encodeStart(pass: GPUComputePassEncoder): void {
    this.#encode(pass, "start", 0);
  }

  encodeLayers(pass: GPUComputePassEncoder, layers: number): void {
    this.#encode(pass, "advance", layers);
  }

  destroy(): void {
    this.#parameters.destroy();
    this.#slots.destroy();
    this.states.destroy();
  }

  #encode(pass: GPUComputePassEncoder, name: "start" | "advance", layers: number): void {
    const { pipeline, layout } = this.#kernels[name];
    const key = `${name} ${layers}`;
    let bindGroup = this.#bindGroups.get(key);
    if (bindGroup === undefined) {
      const buffers = this.#bindings(this.#parameters.of(layers), this.#slots, this.states);
      bindGroup = this.#device.createBindGroup({
        layout,
        entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
      });
      this.#bindGroups.set(key, bindGroup);
    }
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    const columns = Math.min(this.#groups, MOST_WORKGROUPS);
    pass.dispatchWorkgroups(columns, Math.ceil(this.#groups / columns));
  }
}
