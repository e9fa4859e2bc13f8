import { rowsOfStrip, STRIP_ENTRIES } from "../../../../shared/random/stream.ts";
import { PARAMETERS } from "../parameters.ts";
import { NETWORK } from "./networkBuffer.ts";
import type { Rows } from "../wgsl/rows.ts";

/** Most threads of a workgroup, unless one replica takes more. */
const THREADS = 64;

/** Bytes of memory that every device lets a workgroup have. */
const WORKGROUP_BYTES = 16_384;

/** How replicas are laid out in a workgroup of the fused kernel: alike for a class of widths. */
export interface FusedLayout {
  /** The widest network that has this layout. */
  readonly width: number;
  /** Strips of a layer: each is drawn by one thread. */
  readonly threadsPerReplica: number;
  readonly replicasPerWorkgroup: number;
}

function stripsOfLayer(width: number): number {
  return Math.ceil(width / rowsOfStrip(width));
}

export function fusedLayout(width: number): FusedLayout {
  const threadsPerReplica = stripsOfLayer(width);
  if (threadsPerReplica === 1) {
    return width <= 16
      ? { width: 16, threadsPerReplica, replicasPerWorkgroup: THREADS }
      : { width: 32, threadsPerReplica, replicasPerWorkgroup: THREADS / 2 };
  }
  let widest = width;
  while (stripsOfLayer(widest + 1) === threadsPerReplica) widest++;
  const bytes = 8 * (evenUp(widest) + widest) + 16 * threadsPerReplica;
  const fitting = Math.floor(Math.min(THREADS / threadsPerReplica, WORKGROUP_BYTES / bytes));
  // Devices run threads in rows of 32: the more of these have work, the better.
  const share = (replicas: number) => {
    const threads = replicas * threadsPerReplica;
    return threads / (32 * Math.ceil(threads / 32));
  };
  let best = Math.max(1, fitting);
  for (let fewer = best - 1; fewer > 0; fewer--) if (share(fewer) > share(best)) best = fewer;
  return { width: widest, threadsPerReplica, replicasPerWorkgroup: best };
}

/** Rows are drawn in pairs of columns: where the width is odd, x is followed by a zero. */
function evenUp(width: number): number {
  return width + (width % 2);
}

/**
 * WGSL of the kernel that takes replicas through many layers at once. A workgroup holds x and z of
 * some replicas, unit after unit, so that threads side by side read numbers side by side. A thread
 * draws a strip of a layer. Before it come the modules of ../wgsl.
 */
export function fusedKernel(
  { width, threadsPerReplica, replicasPerWorkgroup }: FusedLayout,
  { code }: Rows,
): string {
  const threads = threadsPerReplica * replicasPerWorkgroup;
  return /* wgsl */ `
const REPLICAS = ${replicasPerWorkgroup}u;

${PARAMETERS}
${NETWORK}
@group(0) @binding(2) var<storage, read> slots: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read_write> states: array<StoredState>;
@group(0) @binding(4) var<storage, read_write> inputs: array<vec2<f32>>;

var<workgroup> x: array<vec2<f32>, ${evenUp(width) * replicasPerWorkgroup}>;
var<workgroup> z: array<vec2<f32>, ${width * replicasPerWorkgroup}>;

// The replica within the workgroup.
var<private> lane: u32;

fn inputAt(column: u32) -> vec2<f32> {
  return x[column * REPLICAS + lane];
}

${code}

${threadsPerReplica === 1 ? SUMS_OF_ONE : sumsOfAll(threadsPerReplica, replicasPerWorkgroup)}

@compute @workgroup_size(${threads})
fn advance(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  guardBits = parameters.zero;
  lane = thread % REPLICAS;
  let strip = thread / REPLICAS;
  let wanted = (group.y * groups.x + group.x) * REPLICAS + lane;
  let slot = min(wanted, parameters.slots - 1u);
  // Threads without a replica have no rows.
  let stripRows = max(1u, ${STRIP_ENTRIES}u / network.width);
  let rows = select(0u, stripRows, wanted < parameters.slots);
  let firstRow = strip * stripRows;
  let rowsEnd = min(firstRow + rows, network.width);
  let replica = slots[slot];
  var state = loadState(&states[slot]);
  for (var row = firstRow; row < rowsEnd; row++) {
    x[row * REPLICAS + lane] = inputs[slot * network.width + row];
  }
  if (strip == 0u && network.width % 2u == 1u) {
    x[network.width * REPLICAS + lane] = vec2<f32>(0.0, 0.0);
  }
  meet();

  for (var i = 0u; i < parameters.layers; i++) {
    enterStrip(replica, state.layers + 1u, strip);
    var sums = NO_UNITS;
    for (var row = firstRow; row < rowsEnd; row++) {
      var products = NO_COLUMNS;
      addColumns(&products, 0u, network.width);
      let unit = endRow(products);
      addUnit(&sums, unit);
      z[row * REPLICAS + lane] = unit;
    }
    let slopes = endLayer(&state, sumOfThreads(sums, strip, thread));
    for (var row = firstRow; row < rowsEnd; row++) {
      x[row * REPLICAS + lane] = activate(z[row * REPLICAS + lane], slopes);
    }
    meet();
  }

  if (wanted >= parameters.slots) { return; }
  for (var row = firstRow; row < rowsEnd; row++) {
    inputs[slot * network.width + row] = x[row * REPLICAS + lane];
  }
  if (strip == 0u) { storeState(&states[slot], state); }
  storeDoubt(&states[slot]);
}
`;
}

/** A replica of one thread waits for no other. */
const SUMS_OF_ONE = /* wgsl */ `
fn meet() {}

fn sumOfThreads(sums: Sums, _strip: u32, _thread: u32) -> Sums {
  return sums;
}
`;

/**
 * Sums over all threads of a replica, in halves of them; all threads have read x when it returns. It
 * is little beside what a row takes. Subgroups could not do it to the same bits everywhere, since
 * their size would decide the order.
 */
function sumsOfAll(threadsPerReplica: number, replicas: number): string {
  const half = 2 ** Math.ceil(Math.log2(threadsPerReplica) - 1);
  return /* wgsl */ `
var<workgroup> partialSums: array<Sums, ${threadsPerReplica * replicas}>;

fn meet() {
  workgroupBarrier();
}

fn sumOfThreads(sums: Sums, strip: u32, thread: u32) -> Sums {
  partialSums[thread] = sums;
  workgroupBarrier();
  for (var half = ${half}u; half > 0u; half /= 2u) {
    if (strip < half && strip + half < ${threadsPerReplica}u) {
      let other = partialSums[thread + half * REPLICAS];
      partialSums[thread] = addSums(partialSums[thread], other);
    }
    workgroupBarrier();
  }
  return partialSums[lane];
}
`;
}
