import { NETWORK } from "../dense/networkBuffer.ts";
import { PARAMETERS } from "../parameters.ts";

/** How many replicas share a workgroup's memory, by the widest network. */
export interface NarrowLayout {
  readonly width: number;
  readonly replicasPerWorkgroup: number;
}

/** The layout for a width up to 32, whose layers are one strip. */
export function narrowLayout(width: number): NarrowLayout {
  return width <= 16
    ? { width: 16, replicasPerWorkgroup: 64 }
    : { width: 32, replicasPerWorkgroup: 32 };
}

/**
 * WGSL of the kernel that takes narrow replicas through many layers, a thread each. The units of a
 * replica lie apart, so that threads side by side use numbers side by side. Before it come the modules
 * of ../wgsl.
 */
export function narrowKernel({ width, replicasPerWorkgroup }: NarrowLayout): string {
  return /* wgsl */ `
const REPLICAS = ${replicasPerWorkgroup}u;

${PARAMETERS}
${NETWORK}
@group(0) @binding(2) var<storage, read> slots: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read_write> states: array<StoredState>;
@group(0) @binding(4) var<storage, read_write> inputs: array<vec2<f32>>;

var<workgroup> x: array<vec2<f32>, ${width * replicasPerWorkgroup}>;
var<workgroup> g: array<f32, ${width * replicasPerWorkgroup}>;

fn reflect(n: u32, thread: u32) {
  let begin = network.width - n;
  var squares = vec2<f32>(0.0, 0.0);
  var products = vec2<f32>(0.0, 0.0);
  for (var i = 0u; i < n; i += 2u) {
    let word0 = nextWord();
    let normals = normals32(word0, nextWord());
    for (var j = 0u; j < min(2u, n - i); j++) {
      let normal = select(normals.x, normals.y, j == 1u);
      g[(i + j) * REPLICAS + thread] = normal;
      squares = accumulate(squares, twoProduct(normal, normal));
      products = accumulate(products, productWith(normal, x[(begin + i + j) * REPLICAS + thread]));
    }
  }
  let first = g[thread];
  let at = begin * REPLICAS + thread;
  let turn = turnOf(reflectionOf(squares, first), first, products, x[at]);
  x[at] = turned(multiply(turn.factor, turn.first), x[at], first);
  for (var i = 1u; i < n; i++) {
    let unit = (begin + i) * REPLICAS + thread;
    x[unit] = turned(productWith(g[i * REPLICAS + thread], turn.factor), x[unit], first);
  }
}

@compute @workgroup_size(REPLICAS)
fn advance(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  guardBits = parameters.zero;
  let slot = (group.y * groups.x + group.x) * REPLICAS + thread;
  if (slot >= parameters.slots) { return; }
  let width = network.width;
  var state = loadState(&states[slot]);
  for (var i = 0u; i < width; i++) { x[i * REPLICAS + thread] = inputs[slot * width + i]; }
  for (var layer = 0u; layer < parameters.layers; layer++) {
    enterStrip(slots[slot], state.layers + 1u, 0u);
    for (var n = 1u; n <= width; n++) { reflect(n, thread); }
    var sums = NO_UNITS;
    for (var i = 0u; i < width; i++) { addUnit(&sums, x[i * REPLICAS + thread]); }
    let slopes = endLayer(&state, sums);
    for (var i = 0u; i < width; i++) {
      let unit = i * REPLICAS + thread;
      x[unit] = activate(x[unit], slopes);
    }
  }
  for (var i = 0u; i < width; i++) { inputs[slot * width + i] = x[i * REPLICAS + thread]; }
  storeState(&states[slot], state);
  storeDoubt(&states[slot]);
}
`;
}
