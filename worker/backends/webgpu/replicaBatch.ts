import { type Batch, type ReplicaSlot, STATE_WORDS } from "./kernel.ts";
import { ParameterBuffers } from "./parameters.ts";
import type { CompiledKernel } from "./pipelines.ts";
import { slotBuffer } from "./slots.ts";

/** Most workgroups in one dimension of a dispatch. */
const MOST_WORKGROUPS = 65_535;

/** A dispatch of a batch. */
export interface Step {
  readonly kernel: CompiledKernel;
  /** How many of the batch's buffers it binds: so many of the first. */
  readonly bindings: number;
  /** A batch is divided into so many parts for each workgroup. */
  readonly partsPerWorkgroup: number;
  /** Parts of a replica; default: it is one part. */
  readonly partsPerReplica?: number;
  /** Where it has a part of a layer, the row that it begins at. */
  readonly firstRow?: number;
}

/** How a kernel takes a batch from layer to layer. */
export interface Steps {
  readonly start: Step;
  /** The steps that together make one layer, or some layers if `fused`. */
  readonly layer: readonly Step[];
  readonly fused: boolean;
  /** The kernel's own buffers: the first is binding 1, the others come last. */
  readonly shared: readonly [GPUBuffer, ...GPUBuffer[]];
  /** Bytes a replica of buffers of the batch's own, bound after slots and states. */
  readonly ownBytes: readonly number[];
}

/**
 * A batch whose dispatches bind parameters, the first of the kernel's buffers, slots, states, the
 * batch's own buffers and the rest of the kernel's, in this order.
 */
export class ReplicaBatch implements Batch {
  readonly states: GPUBuffer;
  readonly #device: GPUDevice;
  readonly #count: number;
  readonly #steps: Steps;
  readonly #parameters: ParameterBuffers;
  readonly #slots: GPUBuffer;
  readonly #own: readonly GPUBuffer[];
  readonly #bindGroups = new Map<Step, Map<number, GPUBindGroup>>();

  constructor(device: GPUDevice, slots: readonly ReplicaSlot[], steps: Steps) {
    this.#device = device;
    this.#count = slots.length;
    this.#steps = steps;
    this.#parameters = new ParameterBuffers(device, slots.length);
    this.#slots = slotBuffer(device, slots);
    const { STORAGE, COPY_SRC } = GPUBufferUsage;
    const buffer = (bytes: number, usage: number) =>
      device.createBuffer({ size: bytes * slots.length, usage });
    this.states = buffer(4 * STATE_WORDS, STORAGE | COPY_SRC);
    this.#own = steps.ownBytes.map((bytes) => buffer(bytes, STORAGE));
  }

  encodeStart(pass: GPUComputePassEncoder): void {
    this.#encode(pass, this.#steps.start, 0);
  }

  encodeLayers(pass: GPUComputePassEncoder, layers: number): void {
    const { fused, layer } = this.#steps;
    const rounds = fused ? 1 : layers;
    for (let round = 0; round < rounds; round++) {
      for (const step of layer) this.#encode(pass, step, fused ? layers : 1);
    }
  }

  destroy(): void {
    this.#parameters.destroy();
    for (const buffer of [this.#slots, this.states, ...this.#own]) buffer.destroy();
  }

  #encode(pass: GPUComputePassEncoder, step: Step, layers: number): void {
    pass.setPipeline(step.kernel.pipeline);
    pass.setBindGroup(0, this.#bindGroup(step, layers));
    const parts = this.#count * (step.partsPerReplica ?? 1);
    const workgroups = Math.ceil(parts / step.partsPerWorkgroup);
    const rows = Math.ceil(workgroups / MOST_WORKGROUPS);
    pass.dispatchWorkgroups(Math.ceil(workgroups / rows), rows);
  }

  #bindGroup(step: Step, layers: number): GPUBindGroup {
    const ofStep = this.#bindGroups.get(step) ?? new Map<number, GPUBindGroup>();
    this.#bindGroups.set(step, ofStep);
    const known = ofStep.get(layers);
    if (known !== undefined) return known;
    const [first, ...others] = this.#steps.shared;
    const parameters = this.#parameters.of(layers, step.firstRow);
    const buffers = [parameters, first, this.#slots, this.states, ...this.#own, ...others];
    const bindGroup = this.#device.createBindGroup({
      layout: step.kernel.layout,
      entries: buffers
        .slice(0, step.bindings)
        .map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    ofStep.set(layers, bindGroup);
    return bindGroup;
  }
}
