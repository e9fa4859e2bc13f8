import type { Network } from "../../../../shared/network/network.ts";
import { logNorm, scaledActivation } from "../../../../worker/backends/scaledActivation.ts";
import { type Kernel, STATE_WORDS } from "../../../../worker/backends/webgpu/kernel.ts";
import { DEFAULT_SEED } from "../tasks.ts";

/** What a kernel saw of its replicas at one depth. */
export interface Seen {
  /** S_l of each replica. */
  readonly growths: Float64Array;
  /** Whether each is to be computed anew. */
  readonly doubtful: readonly boolean[];
  /** The states, STATE_WORDS words a replica. */
  readonly states: Uint32Array;
}

/** Which replicas to propagate in one batch, and to which depths. */
export interface KernelTask {
  readonly network: Network;
  readonly depths: readonly number[];
  readonly firstReplica?: number;
  readonly replicaCount: number;
  readonly seed?: bigint;
  /** Most layers of a dispatch; default: as many as there are to the next depth. */
  readonly layersPerDispatch?: number;
}

/** Runs one batch of a kernel, and looks at it at every depth. */
export async function kernelGrowths(
  device: GPUDevice,
  kernel: Kernel,
  task: KernelTask,
): Promise<Seen[]> {
  const { network, depths, firstReplica = 0, replicaCount, layersPerDispatch = Infinity } = task;
  const slots = Array.from({ length: replicaCount }, (_, i) => ({
    seed: task.seed ?? DEFAULT_SEED,
    replica: firstReplica + i,
  }));
  const batch = kernel.batch(slots);
  const activation = scaledActivation(network);
  const at = async (encode: (pass: GPUComputePassEncoder) => void) => {
    const states = await readStates(device, batch.states, encode);
    const integers = new Int32Array(states.buffer);
    const norms = Float64Array.from({ length: replicaCount }, (_, i) => {
      const word = STATE_WORDS * i;
      const square = new Float32Array(states.buffer, 4 * word, 2);
      const [high, low] = square as unknown as [number, number];
      const exponent = integers[word + 2] as number;
      return logNorm(activation, high + low, exponent, states[word + 3] as number);
    });
    return { states, norms };
  };
  const { norms: initial } = await at((pass) => {
    batch.encodeStart(pass);
  });
  const seen: Seen[] = [];
  let layer = 0;
  for (const depth of depths) {
    const { states, norms } = await at((pass) => {
      while (layer < depth) {
        const layers = Math.min(layersPerDispatch, depth - layer);
        batch.encodeLayers(pass, layers);
        layer += layers;
      }
    });
    const drift = depth * (activation.drift + kernel.drift);
    seen.push({
      growths: norms.map((norm, i) => norm - (initial[i] as number) + drift),
      doubtful: Array.from(slots, (_, i) => states[STATE_WORDS * i + 4] !== 0),
      states,
    });
  }
  batch.destroy();
  return seen;
}

async function readStates(
  device: GPUDevice,
  states: GPUBuffer,
  encode: (pass: GPUComputePassEncoder) => void,
): Promise<Uint32Array<ArrayBuffer>> {
  const { COPY_DST, MAP_READ } = GPUBufferUsage;
  const read = device.createBuffer({ size: states.size, usage: COPY_DST | MAP_READ });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  encode(pass);
  pass.end();
  encoder.copyBufferToBuffer(states, 0, read, 0, states.size);
  device.queue.submit([encoder.finish()]);
  await read.mapAsync(GPUMapMode.READ);
  const words = new Uint32Array(read.getMappedRange().slice(0));
  read.destroy();
  return words;
}
