import { type Batch, type ReplicaSlot, STATE_WORDS } from "../kernel.ts";
import { ParameterBuffers } from "../parameters.ts";
import type { CompiledKernel } from "../pipelines.ts";
import { slotBuffer } from "../slots.ts";
import type { FusedLayout } from "./fused.ts";
import { ROWS_PER_WORKGROUP } from "./layered.ts";
import { STARTED_PER_WORKGROUP } from "./start.ts";

/** Compiled kernels of dense layers: the fused one, or those that take a layer each. */
export type DensePipelines = { readonly start: CompiledKernel } & (
  | { readonly fused: CompiledKernel; readonly layout: FusedLayout }
  | { readonly multiply: CompiledKernel; readonly finish: CompiledKernel }
);

/** Most workgroups in one dimension of a dispatch. */
const MOST_WORKGROUPS = 65_535;

/** Replicas of a dense network in device memory. */
export class DenseBatch implements Batch {
  readonly states: GPUBuffer;
  readonly #device: GPUDevice;
  readonly #width: number;
  readonly #network: GPUBuffer;
  readonly #pipelines: DensePipelines;
  readonly #count: number;
  readonly #parameters: ParameterBuffers;
  /** Slots, states, and x; z follows where layers are taken one by one. */
  readonly #buffers: GPUBuffer[];
  readonly #z: GPUBuffer[];
  readonly #bindGroups = new Map<string, GPUBindGroup>();

  /** @param network the kernel's buffer, which outlives the batch */
  constructor(
    device: GPUDevice,
    width: number,
    network: GPUBuffer,
    pipelines: DensePipelines,
    slots: readonly ReplicaSlot[],
  ) {
    this.#device = device;
    this.#width = width;
    this.#network = network;
    this.#pipelines = pipelines;
    this.#count = slots.length;
    this.#parameters = new ParameterBuffers(device, slots.length);
    const { STORAGE, COPY_SRC } = GPUBufferUsage;
    this.states = device.createBuffer({
      size: 4 * STATE_WORDS * slots.length,
      usage: STORAGE | COPY_SRC,
    });
    const vector = () => device.createBuffer({ size: 8 * width * slots.length, usage: STORAGE });
    this.#buffers = [slotBuffer(device, slots), this.states, vector()];
    this.#z = "multiply" in pipelines ? [vector()] : [];
  }

  encodeStart(pass: GPUComputePassEncoder): void {
    this.#bind(pass, "start", this.#pipelines.start, 0, []);
    const [columns, rows] = grid(Math.ceil(this.#count / STARTED_PER_WORKGROUP));
    pass.dispatchWorkgroups(columns, rows);
  }

  encodeLayers(pass: GPUComputePassEncoder, layers: number): void {
    const pipelines = this.#pipelines;
    if ("fused" in pipelines) {
      const { replicasPerWorkgroup } = pipelines.layout;
      const [columns, rows] = grid(Math.ceil(this.#count / replicasPerWorkgroup));
      this.#bind(pass, "fused", pipelines.fused, layers, []);
      pass.dispatchWorkgroups(columns, rows);
      return;
    }
    const [columns, rows] = grid(this.#count);
    for (let i = 0; i < layers; i++) {
      this.#bind(pass, "multiply", pipelines.multiply, 1, this.#z);
      pass.dispatchWorkgroups(Math.ceil(this.#width / ROWS_PER_WORKGROUP), columns, rows);
      this.#bind(pass, "finish", pipelines.finish, 1, this.#z);
      pass.dispatchWorkgroups(1, columns, rows);
    }
  }

  destroy(): void {
    this.#parameters.destroy();
    for (const buffer of [...this.#buffers, ...this.#z]) buffer.destroy();
  }

  /** Sets a pipeline and its buffers, for dispatches of so many layers. */
  #bind(
    pass: GPUComputePassEncoder,
    name: string,
    { pipeline, layout }: CompiledKernel,
    layers: number,
    more: readonly GPUBuffer[],
  ): void {
    const key = `${name} ${layers}`;
    let bindGroup = this.#bindGroups.get(key);
    if (bindGroup === undefined) {
      const buffers = [this.#parameters.of(layers), this.#network, ...this.#buffers, ...more];
      bindGroup = this.#device.createBindGroup({
        layout,
        entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
      });
      this.#bindGroups.set(key, bindGroup);
    }
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
  }
}

/** Two dimensions that have room for so many workgroups, or a few more. */
function grid(workgroups: number): [columns: number, rows: number] {
  const rows = Math.ceil(workgroups / MOST_WORKGROUPS);
  return [Math.ceil(workgroups / rows), rows];
}
