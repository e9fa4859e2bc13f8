import { performance } from "node:perf_hooks";

/** Sums that do not wait for one another, of a thread. */
const CHAINS = 8;
/** Steps of each chain in a turn of the loop, so that the loop itself counts for little. */
const STEPS = 16;
const THREADS = 256;

/**
 * WGSL of a kernel that does multiply-adds and next to nothing else: as many instructions as a
 * device issues.
 */
const CODE = /* wgsl */ `
struct Parameters { turns: u32, factor: f32, step: f32, free: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) thread: vec3<u32>) {
  let factor = parameters.factor;
  let step = parameters.step;
  ${chains((i) => `var x${i} = f32(thread.x + ${i}u);`)}
  for (var turn = 0u; turn < parameters.turns; turn++) {
    ${Array.from({ length: STEPS }, () => chains((i) => `x${i} = fma(x${i}, factor, step);`)).join("\n    ")}
  }
  out[thread.x] = ${Array.from({ length: CHAINS }, (_, i) => `x${i}`).join(" + ")};
}
`;

function chains(line: (chain: number) => string): string {
  return Array.from({ length: CHAINS }, (_, i) => line(i)).join(" ");
}

/**
 * Measures how many instructions of one lane a device issues in a second: the best of several
 * dispatches that take at least `seconds` each. A multiply-add counts as one.
 *
 * @param threads enough to fill the device
 */
export async function issueLimit(
  device: GPUDevice,
  threads: number,
  seconds: number,
): Promise<number> {
  const { UNIFORM, STORAGE, COPY_DST } = GPUBufferUsage;
  const groups = Math.ceil(threads / THREADS);
  const parameters = device.createBuffer({ size: 16, usage: UNIFORM | COPY_DST });
  const out = device.createBuffer({ size: 4 * groups * THREADS, usage: STORAGE });
  const pipeline = await device.createComputePipelineAsync({
    layout: "auto",
    compute: { module: device.createShaderModule({ code: CODE }) },
  });
  const bindGroup = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [parameters, out].map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const rate = async (turns: number): Promise<readonly [number, number]> => {
    const told = new ArrayBuffer(16);
    new Uint32Array(told).set([turns]);
    new Float32Array(told).set([0.999, 0.5], 1);
    device.queue.writeBuffer(parameters, 0, told);
    await device.queue.onSubmittedWorkDone();
    const start = performance.now();
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(groups);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    const took = (performance.now() - start) / 1000;
    return [took, (turns * STEPS * CHAINS * groups * THREADS) / took];
  };
  let turns = 16;
  // The time of a dispatch is bounded by what watchdogs bear.
  while ((await rate(turns))[0] < seconds && turns < 2 ** 24) turns *= 2;
  const rates: number[] = [];
  for (let i = 0; i < 5; i++) rates.push((await rate(turns))[1]);
  parameters.destroy();
  out.destroy();
  return Math.max(...rates);
}
