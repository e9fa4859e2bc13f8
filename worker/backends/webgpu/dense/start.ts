import { PARAMETERS } from "../parameters.ts";
import { NETWORK } from "./networkBuffer.ts";

/** Replicas of a workgroup; each has a thread. */
export const STARTED_PER_WORKGROUP = 64;

/**
 * WGSL of the kernel that draws the initial inputs of dense replicas. Before it come doubleSingle.ts,
 * strip.ts, normal32.ts and state.ts.
 */
export function startKernel(unitExponent: number): string {
  return /* wgsl */ `
${PARAMETERS}
${NETWORK}
@group(0) @binding(2) var<storage, read> slots: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read_write> states: array<StoredState>;
@group(0) @binding(4) var<storage, read_write> inputs: array<vec2<f32>>;

@compute @workgroup_size(${STARTED_PER_WORKGROUP})
fn start(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  guardBits = parameters.zero;
  let slot = (group.y * groups.x + group.x) * ${STARTED_PER_WORKGROUP}u + thread;
  if (slot >= parameters.slots) { return; }
  enterStrip(slots[slot], 0u, 0u);
  var squaredNorm = vec2<f32>(0.0, 0.0);
  for (var column = 0u; column < network.width; column += 2u) {
    let word0 = nextWord();
    let normals = normals32(word0, nextWord()) * network.inputFactor;
    inputs[slot * network.width + column] = fromSingle(normals.x);
    squaredNorm = add(squaredNorm, twoProduct(normals.x, normals.x));
    if (column + 1u < network.width) {
      inputs[slot * network.width + column + 1u] = fromSingle(normals.y);
      squaredNorm = add(squaredNorm, twoProduct(normals.y, normals.y));
    }
  }
  storeState(&states[slot], State(squaredNorm, ${-unitExponent}, 0u, 0u));
  atomicStore(&states[slot].doubted, 0u);
}
`;
}
