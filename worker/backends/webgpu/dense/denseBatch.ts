import { type Batch, type ReplicaSlot, STATE_WORDS } from "../kernel.ts";
import { ParameterBuffers } from "../parameters.ts";
import { slotBuffer } from "../slots.ts";
import { fusedLayout } from "./fused.ts";
import { ROWS_PER_WORKGROUP } from "./layered.ts";
import { STARTED_PER_WORKGROUP } from "./start.ts";

/** Compiled kernels of dense layers: the fused one, or those that take a layer each. */
export type DensePipelines = {
  readonly layout: GPUBindGroupLayout;
  readonly start: GPUComputePipeline;
} & (
  | { readonly fused: GPUComputePipeline }
  | { readonly multiply: GPUComputePipeline; readonly finish: GPUComputePipeline }
);

/** Most workgroups in one dimension of a dispatch. */
const MOST_WORKGROUPS = 65_535;

/** Replicas of dense networks in device memory. */
export class DenseBatch implements Batch {
  readonly states: GPUBuffer;
  readonly #device: GPUDevice;
  readonly #width: number;
  readonly #pipelines: DensePipelines;
  readonly #count: number;
  readonly #parameters: ParameterBuffers;
  /** Slots, states, x and, where layers are taken one by one, z. */
  readonly #buffers: GPUBuffer[];
  readonly #bindGroups = new Map<number, GPUBindGroup>();

  constructor(
    device: GPUDevice,
    width: number,
    pipelines: DensePipelines,
    slots: readonly ReplicaSlot[],
  ) {
    this.#device = device;
    this.#width = width;
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
    if ("multiply" in pipelines) this.#buffers.push(vector());
  }

  encodeStart(pass: GPUComputePassEncoder): void {
    pass.setPipeline(this.#pipelines.start);
    pass.setBindGroup(0, this.#bindGroup(0));
    dispatch(pass, Math.ceil(this.#count / STARTED_PER_WORKGROUP));
  }

  encodeLayers(pass: GPUComputePassEncoder, layers: number): void {
    if ("fused" in this.#pipelines) {
      pass.setPipeline(this.#pipelines.fused);
      pass.setBindGroup(0, this.#bindGroup(layers));
      dispatch(pass, Math.ceil(this.#count / fusedLayout(this.#width).replicasPerWorkgroup));
      return;
    }
    pass.setBindGroup(0, this.#bindGroup(0));
    for (let i = 0; i < layers; i++) {
      pass.setPipeline(this.#pipelines.multiply);
      dispatch(pass, this.#count, Math.ceil(this.#width / ROWS_PER_WORKGROUP));
      pass.setPipeline(this.#pipelines.finish);
      dispatch(pass, this.#count, 1);
    }
  }

  destroy(): void {
    this.#parameters.destroy();
    for (const buffer of this.#buffers) buffer.destroy();
  }

  #bindGroup(layers: number): GPUBindGroup {
    const known = this.#bindGroups.get(layers);
    if (known !== undefined) return known;
    const buffers = [this.#parameters.of(layers), ...this.#buffers];
    const bindGroup = this.#device.createBindGroup({
      layout: this.#pipelines.layout,
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    this.#bindGroups.set(layers, bindGroup);
    return bindGroup;
  }
}

/**
 * Dispatches so many workgroups in two dimensions, or `times` as many in three, with the first for
 * `times`. There may be a few more of them than asked for.
 */
function dispatch(pass: GPUComputePassEncoder, workgroups: number, times?: number): void {
  const rows = Math.ceil(workgroups / MOST_WORKGROUPS);
  const columns = Math.ceil(workgroups / rows);
  if (times === undefined) pass.dispatchWorkgroups(columns, rows);
  else pass.dispatchWorkgroups(times, columns, rows);
}
