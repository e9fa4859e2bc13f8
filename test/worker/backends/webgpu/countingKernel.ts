import type { Batch, Kernel, ReplicaSlot } from "../../../../worker/backends/webgpu/kernel.ts";
import {
  filledBuffer,
  ParameterBuffers,
  PARAMETERS,
} from "../../../../worker/backends/webgpu/parameters.ts";

/** What a test wants of its kernel. */
export interface CountingOptions {
  /** Replicas whose number is this, modulo 8, are doubted after their first layer. */
  readonly doubted?: number;
  /** Whether replica r is extinct from layer r + 1 on. */
  readonly dies?: boolean;
  /** Rounds of idle work in a layer. */
  readonly work?: number;
  /** Bytes that each replica pretends to need, and takes. */
  readonly ballast?: number;
}

/** What a kernel was asked to do. */
export interface Counts {
  /** Replicas of each batch. */
  readonly batches: number[];
  /** Batches that were not destroyed. */
  alive: number;
  /** Layers recorded, of all batches. */
  layers: number;
}

/**
 * A kernel that only counts: replica r grows by the factor 2 to the power of 1 + r mod 4 in a layer.
 * It compiles at once.
 */
export async function countingKernel(
  device: GPUDevice,
  { doubted = 8, dies = false, work = 0, ballast = 0 }: CountingOptions = {},
): Promise<{ kernel: Kernel; counts: Counts }> {
  const code = /* wgsl */ `
${PARAMETERS}
@group(0) @binding(1) var<storage, read> replicas: array<u32>;
@group(0) @binding(2) var<storage, read_write> states: array<array<u32, 8>>;

@compute @workgroup_size(64)
fn start(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < parameters.slots) { states[id.x] = array<u32, 8>(0x3f800000u, 0u, 3u, 0u, 0u, 0u, 0u, 0u); }
}

@compute @workgroup_size(64)
fn advance(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= parameters.slots) { return; }
  let replica = replicas[id.x];
  var state = states[id.x];
  for (var layer = 0u; layer < parameters.layers; layer++) {
    state[2] += 1u + replica % 4u;
    if (replica % 8u == ${doubted}u) { state[4] = 1u; }
    state[5] += 1u;
    if (${dies} && state[5] > replica) { state[0] = 0u; }
    for (var i = 0u; i < ${work}u; i++) { state[6] = state[6] * 1664525u + i; }
  }
  states[id.x] = state;
}`;
  const module = device.createShaderModule({ code });
  const layout = device.createBindGroupLayout({
    entries: (["uniform", "read-only-storage", "storage"] as const).map((type, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type },
    })),
  });
  const compiled = (entryPoint: string) =>
    device.createComputePipelineAsync({
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint },
    });
  const pipelines = { start: await compiled("start"), advance: await compiled("advance") };
  const counts: Counts = { batches: [], alive: 0, layers: 0 };
  const kernel: Kernel = {
    bytesPerReplica: 36 + ballast,
    replicasPerWorkgroup: 4,
    threadsPerReplica: 1,
    operationsPerLayer: 1000 + work,
    drift: 0,
    batch(slots: readonly ReplicaSlot[]): Batch {
      counts.batches.push(slots.length);
      counts.alive++;
      const { STORAGE, COPY_SRC } = GPUBufferUsage;
      const numbers = Uint32Array.from(slots, ({ replica }) => replica);
      const states = device.createBuffer({ size: 32 * slots.length, usage: STORAGE | COPY_SRC });
      const buffers = [filledBuffer(device, numbers, STORAGE), states];
      if (ballast > 0) {
        buffers.push(device.createBuffer({ size: ballast * slots.length, usage: STORAGE }));
      }
      const parameters = new ParameterBuffers(device, slots.length);
      const encode = (
        pass: GPUComputePassEncoder,
        pipeline: GPUComputePipeline,
        layers: number,
      ) => {
        const entries = [parameters.of(layers), ...buffers.slice(0, 2)].map((buffer, binding) => ({
          binding,
          resource: { buffer },
        }));
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
        pass.dispatchWorkgroups(Math.ceil(slots.length / 64));
      };
      return {
        states,
        encodeStart(pass) {
          encode(pass, pipelines.start, 0);
        },
        encodeLayers(pass, layers) {
          counts.layers += layers;
          encode(pass, pipelines.advance, layers);
        },
        destroy() {
          counts.alive--;
          parameters.destroy();
          for (const buffer of buffers) buffer.destroy();
        },
      };
    },
    destroy() {},
  };
  return { kernel, counts };
}

/** The growth that the kernel counts for a replica, of a network whose layers have no drift. */
export function countedGrowth(replica: number, depth: number): number {
  return Math.LN2 * depth * (1 + (replica % 4));
}
