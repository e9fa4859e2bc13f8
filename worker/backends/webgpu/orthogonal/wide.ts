import { NETWORK } from "../dense/networkBuffer.ts";
import { PARAMETERS } from "../parameters.ts";
import { CHUNKS } from "./chunks.ts";

/** Threads of a workgroup that draws; each draws a strip. */
export const DRAWN_PER_WORKGROUP = 64;

/** Units of x that a thread keeps. */
const UNITS = 16;

/** Fewest threads of a workgroup that reflects. */
const THREADS = 64;

/** How replicas are laid out in a workgroup: alike for a class of widths. */
export interface WideLayout {
  /** A power of two. */
  readonly threadsPerReplica: number;
  readonly replicasPerWorkgroup: number;
}

/** The layout for a width up to 4,096. */
export function wideLayout(width: number): WideLayout {
  const threadsPerReplica = 2 ** Math.ceil(Math.log2(width / UNITS));
  return {
    threadsPerReplica,
    replicasPerWorkgroup: Math.max(1, THREADS / threadsPerReplica),
  };
}

const BINDINGS = /* wgsl */ `
${PARAMETERS}
${NETWORK}
@group(0) @binding(2) var<storage, read> slots: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read_write> states: array<StoredState>;
@group(0) @binding(4) var<storage, read_write> inputs: array<vec2<f32>>;
// For every replica the rows of a chunk, with room for \`width\` normals each; and of every row the
// reflection.
@group(0) @binding(5) var<storage, read_write> normals: array<f32>;
@group(0) @binding(6) var<storage, read_write> reflections: array<Reflection>;

${CHUNKS}
`;

/**
 * WGSL of the kernel that draws the normals of a chunk of rows, a thread a strip, and what of their
 * reflections does not depend on x. Before it come the modules of ../wgsl.
 */
export const DRAW_KERNEL = /* wgsl */ `
${BINDINGS}

@compute @workgroup_size(${DRAWN_PER_WORKGROUP})
fn draw(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  guardBits = parameters.zero;
  let strips = stripsPerChunk();
  let index = (group.y * groups.x + group.x) * ${DRAWN_PER_WORKGROUP}u + thread;
  let slot = index / strips;
  if (slot >= parameters.slots) { return; }
  let width = network.width;
  let stripRows = rowsOfStrip();
  let firstRow = parameters.firstRow + (index % strips) * stripRows;
  enterStrip(slots[slot], states[slot].layers + 1u, firstRow / stripRows);
  for (var row = firstRow; row < min(firstRow + stripRows, width); row++) {
    let at = slot * strips * stripRows + row - parameters.firstRow;
    var squares = vec2<f32>(0.0, 0.0);
    for (var i = 0u; i <= row; i += 2u) {
      let word0 = nextWord();
      let pair = normals32(word0, nextWord());
      normals[at * width + i] = pair.x;
      squares = accumulate(squares, twoProduct(pair.x, pair.x));
      if (i < row) {
        normals[at * width + i + 1u] = pair.y;
        squares = accumulate(squares, twoProduct(pair.y, pair.y));
      }
    }
    reflections[at] = reflectionOf(squares, normals[at * width]);
  }
}
`;

/**
 * WGSL of the kernel that applies a chunk of reflections, one after another, and ends the layer with
 * the last. Each of a replica's threads keeps every so many-th unit of x. Before it come the modules of
 * ../wgsl.
 */
export function reflectKernel({ threadsPerReplica, replicasPerWorkgroup }: WideLayout): string {
  const threads = threadsPerReplica * replicasPerWorkgroup;
  return /* wgsl */ `
const THREADS = ${threadsPerReplica}u;

${BINDINGS}

var<private> x: array<vec2<f32>, ${UNITS}>;

var<workgroup> heads: array<vec2<f32>, ${replicasPerWorkgroup}>;
var<workgroup> partials: array<vec2<f32>, ${threads}>;
var<workgroup> partialSums: array<Sums, ${threads}>;

// Sums over the threads of a replica. None may go on to another sum before all have read this one.
fn sumOfThreads(sum: vec2<f32>, thread: u32) -> vec2<f32> {
  partials[thread] = sum;
  workgroupBarrier();
  for (var half = THREADS / 2u; half > 0u; half /= 2u) {
    if (thread % THREADS < half) {
      partials[thread] = accumulate(partials[thread], partials[thread + half]);
    }
    workgroupBarrier();
  }
  return partials[thread - thread % THREADS];
}

fn layerSumOfThreads(sums: Sums, thread: u32) -> Sums {
  partialSums[thread] = sums;
  workgroupBarrier();
  for (var half = THREADS / 2u; half > 0u; half /= 2u) {
    if (thread % THREADS < half) {
      partialSums[thread] = addSums(partialSums[thread], partialSums[thread + half]);
    }
    workgroupBarrier();
  }
  return partialSums[thread - thread % THREADS];
}

// Applies the reflection of n normals, which begin at \`offset\`.
fn reflect(n: u32, offset: u32, reflection: Reflection, thread: u32) {
  let part = thread % THREADS;
  let begin = network.width - n;
  // The first of this thread's units that is not before the beginning.
  let firstUnit = (begin + THREADS - 1u - part) / THREADS;
  let isHead = begin % THREADS == part;
  if (isHead) { heads[thread / THREADS] = x[firstUnit]; }
  var products = vec2<f32>(0.0, 0.0);
  for (var i = firstUnit; i * THREADS + part < network.width; i++) {
    let normal = normals[offset + i * THREADS + part - begin];
    products = accumulate(products, productWith(normal, x[i]));
  }
  let sum = sumOfThreads(products, thread);
  let first = normals[offset];
  let turn = turnOf(reflection, first, sum, heads[thread / THREADS]);
  for (var i = firstUnit; i * THREADS + part < network.width; i++) {
    let at = i * THREADS + part - begin;
    var product = productWith(normals[offset + at], turn.factor);
    if (at == 0u) { product = multiply(turn.factor, turn.first); }
    x[i] = turned(product, x[i], first);
  }
  workgroupBarrier();
}

@compute @workgroup_size(${threads})
fn advance(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  guardBits = parameters.zero;
  let part = thread % THREADS;
  let wanted = (group.y * groups.x + group.x) * ${replicasPerWorkgroup}u + thread / THREADS;
  // Threads without a replica repeat the last one's work, and drop it.
  let slot = min(wanted, parameters.slots - 1u);
  let width = network.width;
  for (var i = 0u; i * THREADS + part < width; i++) {
    x[i] = inputs[slot * width + i * THREADS + part];
  }
  let rowsPerChunk = stripsPerChunk() * rowsOfStrip();
  let endRow = min(parameters.firstRow + rowsPerChunk, width);
  for (var row = parameters.firstRow; row < endRow; row++) {
    let at = slot * rowsPerChunk + row - parameters.firstRow;
    reflect(row + 1u, at * width, reflections[at], thread);
  }
  if (endRow == width) {
    var state = loadState(&states[slot]);
    var sums = NO_UNITS;
    for (var i = 0u; i * THREADS + part < width; i++) { addUnit(&sums, x[i]); }
    let slopes = endLayer(&state, layerSumOfThreads(sums, thread));
    for (var i = 0u; i * THREADS + part < width; i++) { x[i] = activate(x[i], slopes); }
    if (part == 0u && wanted == slot) { storeState(&states[slot], state); }
    if (wanted == slot) { storeDoubt(&states[slot]); }
  }
  if (wanted != slot) { return; }
  for (var i = 0u; i * THREADS + part < width; i++) {
    inputs[slot * width + i * THREADS + part] = x[i];
  }
}
`;
}
