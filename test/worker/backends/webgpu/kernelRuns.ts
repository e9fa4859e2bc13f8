import { logNorm, scaledActivation } from "../../../../worker/backends/scaledActivation.ts";
import type { Network } from "../../../../shared/network/network.ts";
import {
  type Kernel,
  type ReplicaSlot,
  STATE_WORDS,
} from "../../../../worker/backends/webgpu/kernel.ts";
import type { Arithmetic } from "../../../../worker/backends/webgpu/wgsl/doubleSingle.ts";

/** The software adapter rounds a multiply-add twice, and simplifies sums that have constants in them. */
export const SOFTWARE_ARITHMETIC: Arithmetic = { fused: false, guarded: true };

/** Makes a kernel, as those of worker/backends/webgpu. */
export type MakeKernel = (
  device: GPUDevice,
  network: Network,
  arithmetic: Arithmetic,
) => Promise<Kernel>;

/**
 * Propagates replicas by a kernel from depth to depth. Returns their states at depth 0 and at each of
 * the depths.
 *
 * @param layersAtOnce most layers to record in one call
 */
export async function statesOf(
  device: GPUDevice,
  kernel: Kernel,
  slots: readonly ReplicaSlot[],
  depths: readonly number[],
  layersAtOnce = Infinity,
): Promise<Uint32Array[]> {
  const batch = kernel.batch(slots);
  const bytes = 4 * STATE_WORDS * slots.length;
  const read = device.createBuffer({
    size: bytes * (depths.length + 1),
    usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  });
  let layer = 0;
  for (const [i, depth] of [0, ...depths].entries()) {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    if (i === 0) batch.encodeStart(pass);
    while (layer < depth) {
      const layers = Math.min(layersAtOnce, depth - layer);
      batch.encodeLayers(pass, layers);
      layer += layers;
    }
    pass.end();
    encoder.copyBufferToBuffer(batch.states, 0, read, bytes * i, bytes);
    device.queue.submit([encoder.finish()]);
  }
  await read.mapAsync(GPUMapMode.READ);
  const words = new Uint32Array(read.getMappedRange().slice(0));
  read.destroy();
  batch.destroy();
  return [0, ...depths].map((_, i) => words.subarray((i * bytes) / 4, ((i + 1) * bytes) / 4));
}

/** Growths of replicas found by a kernel, and which of them it doubts. */
export interface KernelGrowths {
  /** Shape [depths][replicas]. */
  readonly growths: readonly Float64Array[];
  readonly doubted: readonly boolean[];
}

/** Log-norm growths from the states that `statesOf` returns. */
export function growthsOf(
  network: Network,
  kernel: Kernel,
  depths: readonly number[],
  states: readonly Uint32Array[],
): KernelGrowths {
  const activation = scaledActivation(network);
  const logNorms = states.map((words) => {
    const view = new DataView(words.buffer, words.byteOffset, words.byteLength);
    return Float64Array.from({ length: words.length / STATE_WORDS }, (_, replica) => {
      const at = 4 * STATE_WORDS * replica;
      const squaredNorm = view.getFloat32(at, true) + view.getFloat32(at + 4, true);
      return logNorm(
        activation,
        squaredNorm,
        view.getInt32(at + 8, true),
        view.getUint32(at + 12, true),
      );
    });
  });
  const [initial, ...found] = logNorms as [Float64Array, ...Float64Array[]];
  const last = states.at(-1) as Uint32Array;
  return {
    growths: found.map((logNorms_, i) =>
      logNorms_.map(
        (value, replica) =>
          value -
          (initial[replica] as number) +
          (depths[i] as number) * (activation.drift + kernel.drift),
      ),
    ),
    doubted: Array.from(initial, (_, replica) => last[replica * STATE_WORDS + 4] !== 0),
  };
}
