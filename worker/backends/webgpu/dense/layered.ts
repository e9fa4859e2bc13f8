import { PARAMETERS } from "../parameters.ts";
import { NETWORK } from "./networkBuffer.ts";
import type { Rows } from "../wgsl/rows.ts";

/** Rows that a workgroup computes; each has a thread. */
export const ROWS_PER_WORKGROUP = 64;

/** Threads of a workgroup that ends a replica's layer. */
const FINISHING_THREADS = 256;

/** Units of x that a workgroup holds at a time. */
const TILE = 512;

/**
 * WGSL of the kernels that take wide replicas through one layer: `multiplyRows` computes z = W x, a
 * thread for each row, and then `finish` sums over z and puts φ(z) into x, a workgroup for each
 * replica. A row of such a width is a strip. Before it come the modules of ../wgsl.
 */
export function layeredKernels({ code }: Rows): string {
  return /* wgsl */ `
${PARAMETERS}
${NETWORK}
@group(0) @binding(2) var<storage, read> slots: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read_write> states: array<StoredState>;
@group(0) @binding(4) var<storage, read_write> inputs: array<vec2<f32>>;
@group(0) @binding(5) var<storage, read_write> outputs: array<vec2<f32>>;

var<workgroup> tile: array<vec2<f32>, ${TILE}>;

fn inputAt(column: u32) -> vec2<f32> {
  return tile[column % ${TILE}u];
}

${code}

@compute @workgroup_size(${ROWS_PER_WORKGROUP})
fn multiplyRows(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  guardBits = parameters.zero;
  let groupsOfReplica = (network.width + ${ROWS_PER_WORKGROUP - 1}u) / ${ROWS_PER_WORKGROUP}u;
  let part = group.y * groups.x + group.x;
  let row = (part % groupsOfReplica) * ${ROWS_PER_WORKGROUP}u + thread;
  let slot = part / groupsOfReplica;
  if (slot >= parameters.slots) { return; }
  enterStrip(slots[slot], states[slot].layers + 1u, row);
  var products = NO_COLUMNS;
  for (var begin = 0u; begin < network.width; begin += ${TILE}u) {
    workgroupBarrier();
    for (var i = thread; i < ${TILE}u; i += ${ROWS_PER_WORKGROUP}u) {
      let column = begin + i;
      tile[i] = vec2<f32>(0.0, 0.0);
      if (column < network.width) { tile[i] = inputs[slot * network.width + column]; }
    }
    workgroupBarrier();
    if (row < network.width) { addColumns(&products, begin, min(begin + ${TILE}u, network.width)); }
  }
  if (row >= network.width) { return; }
  outputs[slot * network.width + row] = endRow(products);
  storeDoubt(&states[slot]);
}

var<workgroup> partialSums: array<Sums, ${FINISHING_THREADS}>;

@compute @workgroup_size(${FINISHING_THREADS})
fn finish(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  guardBits = parameters.zero;
  let slot = group.y * groups.x + group.x;
  if (slot >= parameters.slots) { return; }
  var state = loadState(&states[slot]);
  var sums = NO_UNITS;
  for (var unit = thread; unit < network.width; unit += ${FINISHING_THREADS}u) {
    addUnit(&sums, outputs[slot * network.width + unit]);
  }
  partialSums[thread] = sums;
  workgroupBarrier();
  for (var half = ${FINISHING_THREADS / 2}u; half > 0u; half /= 2u) {
    if (thread < half) {
      partialSums[thread] = addSums(partialSums[thread], partialSums[thread + half]);
    }
    workgroupBarrier();
  }
  let slopes = endLayer(&state, partialSums[0]);
  for (var unit = thread; unit < network.width; unit += ${FINISHING_THREADS}u) {
    inputs[slot * network.width + unit] = activate(outputs[slot * network.width + unit], slopes);
  }
  if (thread == 0u) { storeState(&states[slot], state); }
  storeDoubt(&states[slot]);
}
`;
}
