/** What to compute for every item of an input, on a device. */
export interface Evaluation {
  /** WGSL that declares what `body` calls. */
  readonly code: string;
  /** Statements that make the words `outputs[o]`, `outputs[o + 1]`, … of `inputs[i]`, …. */
  readonly body: string;
  readonly wordsIn: number;
  readonly wordsOut: number;
  readonly input: Uint32Array;
}

/** Evaluates WGSL for every item, a thread an item, and returns the output's words. */
export async function evaluate(
  device: GPUDevice,
  { code, body, wordsIn, wordsOut, input }: Evaluation,
): Promise<Uint32Array<ArrayBuffer>> {
  const count = input.length / wordsIn;
  const module = device.createShaderModule({
    code: `${code}
@group(0) @binding(0) var<storage, read> inputs: array<u32>;
@group(0) @binding(1) var<storage, read_write> outputs: array<u32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= ${count}u) { return; }
  guardBits = inputs[${input.length}u];
  let i = id.x * ${wordsIn}u;
  let o = id.x * ${wordsOut}u;
  ${body}
}`,
  });
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module } });
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  // The word behind the input is 0.
  const inputs = device.createBuffer({ size: input.byteLength + 4, usage: STORAGE | COPY_DST });
  device.queue.writeBuffer(inputs, 0, new Uint32Array(input));
  const size = 4 * wordsOut * count;
  const outputs = device.createBuffer({ size, usage: STORAGE | COPY_SRC });
  const read = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
  const entries = [inputs, outputs].map((buffer, binding) => ({ binding, resource: { buffer } }));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(Math.ceil(count / 64));
  pass.end();
  encoder.copyBufferToBuffer(outputs, 0, read, 0, size);
  device.queue.submit([encoder.finish()]);
  await read.mapAsync(GPUMapMode.READ);
  const found = new Uint32Array(read.getMappedRange().slice(0));
  for (const buffer of [inputs, outputs, read]) buffer.destroy();
  return found;
}
