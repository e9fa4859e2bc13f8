import assert from "node:assert/strict";
import type { Network } from "../../../../shared/network/network.ts";
import type { Backend } from "../../../../worker/backends/backend.ts";
import { STATE_WORDS } from "../../../../worker/backends/webgpu/kernel.ts";
import { makeKernel } from "../../../../worker/backends/webgpu/makeKernel.ts";
import { lawInput } from "../../../support/laws.ts";
import { growths, type TaskOptions } from "../tasks.ts";
import { kernelGrowths, type Seen } from "./kernelGrowths.ts";
import { SOFTWARE_ARITHMETIC } from "./softwareArithmetic.ts";

/** The network of a task. */
function networkOf({ width, weights, negativeSlope, gain, depths }: TaskOptions): Network {
  return {
    width,
    depth: depths.at(-1) as number,
    negativeSlope: negativeSlope ?? 0.01,
    gain: gain ?? 1,
    ...lawInput(weights),
  };
}

/** Runs a task on the kernel that its network and sampling need. */
export async function seenOnDevice(
  device: GPUDevice,
  options: TaskOptions,
  layersPerDispatch = Infinity,
): Promise<Seen[]> {
  const network = networkOf(options);
  const kernel = await makeKernel(device, network, options.sampling, SOFTWARE_ARITHMETIC);
  const { depths, firstReplica = 0, replicaCount, seed } = options;
  const seen = await kernelGrowths(device, kernel, {
    network,
    depths,
    firstReplica,
    replicaCount,
    layersPerDispatch,
    ...(seed !== undefined && { seed }),
  });
  kernel.destroy();
  return seen;
}

/** Compares a task's replicas with another backend's; none may be doubted. */
export async function assertSame(
  device: GPUDevice,
  other: Backend,
  options: TaskOptions,
  limit: (growth: number, depth: number) => number,
): Promise<void> {
  const expected = await growths(other, options);
  const seen = await seenOnDevice(device, options);
  for (const [i, depth] of options.depths.entries()) {
    const { growths: found, doubtful } = seen[i] as Seen;
    assert.ok(!doubtful.includes(true));
    for (const [replica, growth] of (expected[i] as Float64Array).entries()) {
      const difference = Math.abs(growth - (found[replica] as number));
      if (growth === found[replica]) continue;
      const { width, negativeSlope } = options;
      const what = `width ${width}, slope ${negativeSlope}, depth ${depth}, replica ${replica}`;
      assert.ok(difference < limit(growth, depth), `${what}: ${difference}`);
    }
  }
}

/** Asserts that replicas have the same states in other batches, and after other dispatches. */
export async function assertSameBits(device: GPUDevice, options: TaskOptions): Promise<void> {
  const { firstReplica = 0, replicaCount } = options;
  const last = firstReplica + replicaCount - 1;
  const whole = await seenOnDevice(device, options);
  const alone = { ...options, firstReplica: last, replicaCount: 1 };
  const some = { ...options, firstReplica: last - 2, replicaCount: 3 };
  for (const [other, layersPerDispatch] of [
    [alone, 1],
    [some, 2],
  ] as const) {
    const parts = await seenOnDevice(device, other, layersPerDispatch);
    for (const [i, { states }] of parts.entries()) {
      const words = STATE_WORDS * (other.firstReplica - firstReplica);
      assert.deepEqual(states, whole[i]?.states.slice(words, words + states.length));
    }
  }
}

/** Which of a task's replicas are extinct, at each depth. */
export function extinctions(growth: readonly Float64Array[]): boolean[][] {
  return growth.map((ofDepth) => Array.from(ofDepth, (s) => s === -Infinity));
}
