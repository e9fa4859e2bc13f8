import {
  OPERATIONS,
  type Operation,
  type ProbeQuestion,
  probeQuestions,
  QUESTION_WORDS,
} from "./probeQuestions.ts";
import { type Arithmetic, doubleSingle } from "./wgsl/doubleSingle.ts";
import { NORMAL_32 } from "./wgsl/normal32.ts";
import { PHILOX } from "./wgsl/philox.ts";

const WORKGROUP = 64;

/** The cheapest first. */
const CANDIDATES: readonly Arithmetic[] = [
  { fused: true, guarded: false },
  { fused: false, guarded: false },
  { fused: true, guarded: true },
  { fused: false, guarded: true },
];

const OPERATION_CODE: Record<Operation, string> = {
  "Philox words": "philox4x32(q, vec2<u32>(4u, 5u))",
  "conversions of integers": "single(f32(bitcast<i32>(q.x)))",
  sums: "pair(twoSum(a, b))",
  products: "pair(twoProduct(a, b))",
  "multiply-adds": "single(multiplyAddOnce(a, b, c))",
  "square roots": "single(squareRootOnce(a))",
  "sums of products":
    "pair(add(multiply(fromSingle(a), fromSingle(b)), multiplySingle(fromSingle(c), d)))",
  normals: "pair(normals32(q.x, q.y))",
};

function probeCode(arithmetic: Arithmetic): string {
  return /* wgsl */ `
@group(0) @binding(0) var<storage, read> zero: array<u32>;
@group(0) @binding(1) var<storage, read> operations: array<u32>;
@group(0) @binding(2) var<storage, read> questions: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read_write> answers: array<vec4<u32>>;
${doubleSingle(arithmetic)}
${PHILOX}
${NORMAL_32}
fn single(value: f32) -> vec4<u32> {
  return vec4<u32>(bitcast<u32>(value), 0u, 0u, 0u);
}

fn pair(value: vec2<f32>) -> vec4<u32> {
  return vec4<u32>(bitcast<u32>(value.x), bitcast<u32>(value.y), 0u, 0u);
}

fn answer(operation: u32, q: vec4<u32>) -> vec4<u32> {
  let a = bitcast<f32>(q.x);
  let b = bitcast<f32>(q.y);
  let c = bitcast<f32>(q.z);
  let d = bitcast<f32>(q.w);
  switch (operation) {
${OPERATIONS.map((name, i) => `    case ${i}u: { return ${OPERATION_CODE[name]}; }`).join("\n")}
    default: { return q; }
  }
}

@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= arrayLength(&operations)) { return; }
  guardBits = zero[0];
  answers[id.x] = answer(operations[id.x], questions[id.x]);
}
`;
}

/**
 * Finds out how a device computes in float32, by questions whose answers are known: whether it fuses
 * a multiply-add, and whether its compiler leaves sums as they are.
 *
 * @throws Error naming what it gets wrong, if it is right in no way
 */
export async function probeArithmetic(device: GPUDevice, name: string): Promise<Arithmetic> {
  const questions = probeQuestions();
  const mistakes = new Set<Operation>();
  for (const arithmetic of CANDIDATES) {
    const answers = await askDevice(device, probeCode(arithmetic), questions);
    const wrong = firstMistake(questions, answers);
    if (wrong === undefined) return arithmetic;
    mistakes.add(wrong);
  }
  throw new Error(
    `backend webgpu: ${name} computes wrongly (${[...mistakes].join(", ")}): ` +
      `it must give known answers to the bit; update its driver or choose another backend`,
  );
}

/**
 * The kind of the first question that was answered wrongly, if one was.
 *
 * @internal exported for tests
 */
export function firstMistake(
  questions: readonly ProbeQuestion[],
  answers: Uint32Array,
): Operation | undefined {
  const at = questions.findIndex(({ answer }, i) =>
    // Zeros are the same whatever their sign: rounding errors of none may have either.
    answer.some((word, j) => !isSame(word, answers[QUESTION_WORDS * i + j] as number)),
  );
  return questions[at]?.operation;
}

function isSame(expected: number, found: number): boolean {
  return expected === found || ((expected | found) & 0x7fffffff) === 0;
}

async function askDevice(
  device: GPUDevice,
  code: string,
  questions: readonly ProbeQuestion[],
): Promise<Uint32Array> {
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module } });
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const filled = (words: readonly number[]) => {
    const buffer = device.createBuffer({ size: 4 * words.length, usage: STORAGE | COPY_DST });
    device.queue.writeBuffer(buffer, 0, new Uint32Array(words));
    return buffer;
  };
  const size = 4 * QUESTION_WORDS * questions.length;
  const answers = device.createBuffer({ size, usage: STORAGE | COPY_SRC });
  const readback = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
  const buffers = [
    filled([0]),
    filled(questions.map(({ operation }) => OPERATIONS.indexOf(operation))),
    filled(questions.flatMap(({ question }) => question)),
    answers,
  ];
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    }),
  );
  pass.dispatchWorkgroups(Math.ceil(questions.length / WORKGROUP));
  pass.end();
  encoder.copyBufferToBuffer(answers, 0, readback, 0, size);
  device.queue.submit([encoder.finish()]);
  await readback.mapAsync(GPUMapMode.READ);
  const words = new Uint32Array(readback.getMappedRange().slice(0));
  for (const buffer of [...buffers, readback]) buffer.destroy();
  return words;
}
