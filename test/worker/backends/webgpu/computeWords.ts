/**
 * Runs WGSL for tests: `functions`, and for every item of `input` (an array of words), `body`, which
 * reads `input[first]` … and writes `output[at]` …, `outputWords` of them.
 */
export async function computeWords(
  device: GPUDevice,
  {
    functions,
    body,
    input,
    outputWords,
  }: {
    readonly functions: string;
    readonly body: string;
    readonly input: readonly (readonly number[])[];
    readonly outputWords: number;
  },
): Promise<Uint32Array[]> {
  const inputWords = input[0]?.length ?? 0;
  const code = /* wgsl */ `
${functions}
@group(0) @binding(0) var<storage, read> input: array<u32>;
@group(0) @binding(1) var<storage, read_write> output: array<u32>;
@group(0) @binding(2) var<storage, read> zero: u32;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  guardBits = zero;
  if (id.x >= ${input.length}u) { return; }
  let first = id.x * ${inputWords}u;
  let at = id.x * ${outputWords}u;
  ${body}
}`;
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const pipeline = await device.createComputePipelineAsync({
    layout: "auto",
    compute: { module: device.createShaderModule({ code }) },
  });
  const size = 4 * outputWords * input.length;
  const words = Uint32Array.from(input.flat());
  const given = device.createBuffer({ size: words.byteLength, usage: STORAGE | COPY_DST });
  const found = device.createBuffer({ size, usage: STORAGE | COPY_SRC });
  const zero = device.createBuffer({ size: 4, usage: STORAGE });
  const read = device.createBuffer({ size, usage: COPY_DST | MAP_READ });
  device.queue.writeBuffer(given, 0, words);

  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  const entries = [given, found, zero].map((buffer, binding) => ({
    binding,
    resource: { buffer },
  }));
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(Math.ceil(input.length / 64));
  pass.end();
  encoder.copyBufferToBuffer(found, 0, read, 0, size);
  device.queue.submit([encoder.finish()]);
  await read.mapAsync(GPUMapMode.READ);
  const all = new Uint32Array(read.getMappedRange().slice(0));
  for (const buffer of [given, found, zero, read]) buffer.destroy();
  return input.map((_, i) => all.subarray(i * outputWords, (i + 1) * outputWords));
}

/** The float32 numbers that have these bits. */
export function floats(words: Uint32Array): Float32Array {
  return new Float32Array(words.buffer, words.byteOffset, words.length);
}
