/** Threads of a workgroup; each has a replica. */
export const ISOTROPIC_WORKGROUP = 64;

/**
 * WGSL for isotropic layers: the norm from its exact law, a thread a replica, at a cost that does not
 * depend on the width. Each layer multiplies the squared norm by ‖φ(z)‖²/‖x‖² (Gaussian entries of
 * variance 1), or by ‖φ(z)‖²/‖z‖² (orthogonal). It comes after all that it calls.
 */
export const ISOTROPIC_LAYERS = /* wgsl */ `
struct Layer {
  width: u32,
  // Of the table.
  firstOutcome: u32,
  columnBits: u32,
  // Whether the flatter slope is the one above zero.
  mirrored: u32,
  orthogonal: u32,
  free: u32,
  // The flatter slope over the steeper, squared.
  squaredRatio: vec2<f32>,
}
@group(0) @binding(1) var<uniform> form: Layer;
@group(0) @binding(2) var<storage, read> slots: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read_write> states: array<StoredState>;
// The columns of shared/random/binomial.ts: threshold (high, low), and the alias less firstOutcome.
@group(0) @binding(4) var<storage, read> columns: array<vec4<u32>>;
// For outcomes K from firstOutcome on: the steepness of chi-squares of K and of width - K degrees.
@group(0) @binding(5) var<storage, read> steepnesses: array<vec4<f32>>;

// An outcome, less firstOutcome, from two words.
fn outcomeOf(word0: u32, word1: u32) -> u32 {
  let bits = form.columnBits;
  let index = word0 >> (32u - bits);
  let column = columns[index];
  let high = (word0 << bits) | (word1 >> (32u - bits));
  let low = word1 << bits;
  let own = high < column.x || (high == column.x && low < column.y);
  return select(column.z, index, own);
}

fn propagate(state: ptr<function, State>, slot: vec4<u32>) {
  (*state).layers++;
  enterStrip(slot, (*state).layers, 0u);
  let word0 = nextWord();
  let word1 = nextWord();
  let outcome = outcomeOf(word0, word1);
  let steepness = steepnesses[outcome];
  let positiveUnits = form.firstOutcome + outcome;
  var positive = vec2<f32>();
  var negative = vec2<f32>();
  // A loop of two, so that a compiler has this code once.
  for (var side = 0u; side < 2u; side++) {
    let isPositive = side == 0u;
    let units = select(form.width - positiveUnits, positiveUnits, isPositive);
    let squaredNorm = chiSquare(units, select(steepness.zw, steepness.xy, isPositive));
    if (isPositive) { positive = squaredNorm; } else { negative = squaredNorm; }
  }
  // Here the squared norms of a layer's units on either side are known.
  let major = select(positive, negative, form.mirrored != 0u);
  let minor = select(negative, positive, form.mirrored != 0u);
  var factor = minor;
  if (major.x == 0.0) {
    (*state).oneSided++;
  } else {
    factor = add(multiply(form.squaredRatio, minor), major);
  }
  if (form.orthogonal != 0u) { factor = divide(factor, add(minor, major)); }
  multiplySquaredNorm(state, factor);
}

// Multiplies a squared norm, and moves powers of four from it to the exponent.
fn multiplySquaredNorm(state: ptr<function, State>, factor: vec2<f32>) {
  let product = multiply((*state).squaredNorm, factor);
  // The exponent field, halved: the product is between 1/2 and 2 times 4^exponent.
  let exponent = i32(bitcast<u32>(product.x) >> 24u) - 63;
  (*state).squaredNorm = scaleByPowerOfTwo(product, powerOfTwo(-2 * exponent));
  (*state).exponent += exponent;
}

// The slot of a thread.
fn slotOf(group: vec3<u32>, groups: vec3<u32>, thread: u32) -> u32 {
  return (group.y * groups.x + group.x) * ${ISOTROPIC_WORKGROUP}u + thread;
}

@compute @workgroup_size(${ISOTROPIC_WORKGROUP})
fn start(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let slot = slotOf(group, groups, thread);
  if (slot >= parameters.slots) { return; }
  storeState(&states[slot], State(fromSingle(1.0), 0, 0u, 0u));
  atomicStore(&states[slot].doubted, 0u);
}

@compute @workgroup_size(${ISOTROPIC_WORKGROUP})
fn advance(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let slot = slotOf(group, groups, thread);
  if (slot >= parameters.slots) { return; }
  guardBits = parameters.zero;
  var state = loadState(&states[slot]);
  for (var i = 0u; i < parameters.layers; i++) { propagate(&state, slots[slot]); }
  storeState(&states[slot], state);
  storeDoubt(&states[slot]);
}
`;
