import type { Network } from "../../../../shared/network/network.ts";
import { type BinomialTable } from "../../../../shared/random/binomial.ts";
import { scaledActivation } from "../../scaledActivation.ts";
import { doubleSingleLiteral } from "./doubleSingle.ts";

/** Threads of a workgroup; each has a replica. */
export const ISOTROPIC_WORKGROUP = 64;

/** Squares of slopes below this are nothing beside any sum that is not zero. */
const LEAST_SQUARE = 2 ** -100;

/**
 * WGSL for isotropic layers: the norm from its exact law, a thread a replica, at a cost that does not
 * depend on the width. Each layer multiplies the squared norm by ‖φ(z)‖²/‖x‖² (Gaussian entries of
 * variance 1), or by ‖φ(z)‖²/‖z‖² (orthogonal). It comes after all that it calls.
 */
export function isotropicLayers(network: Network, table: BinomialTable): string {
  const { mirrored, ratio } = scaledActivation(network);
  const squaredRatio = ratio * ratio < LEAST_SQUARE ? 0 : ratio * ratio;
  const [major, minor] = mirrored ? ["negative", "positive"] : ["positive", "negative"];
  return /* wgsl */ `
@group(0) @binding(1) var<storage, read> slots: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> states: array<vec4<u32>>;
// The columns of shared/random/binomial.ts: threshold (high, low), and the alias less firstOutcome.
@group(0) @binding(3) var<storage, read> columns: array<vec4<u32>>;
// For outcomes K from firstOutcome on: the steepness of chi-squares of K and of width - K degrees.
@group(0) @binding(4) var<storage, read> steepnesses: array<vec4<f32>>;

// An outcome, less firstOutcome, from two words.
fn outcomeOf(word0: u32, word1: u32) -> u32 {
  let index = word0 >> ${32 - table.columnBits}u;
  let column = columns[index];
  let high = (word0 << ${table.columnBits}u) | (word1 >> ${32 - table.columnBits}u);
  let low = word1 << ${table.columnBits}u;
  let own = high < column.x || (high == column.x && low < column.y);
  return select(column.z, index, own);
}

fn propagate(norm: ptr<function, Norm>, slot: vec4<u32>, layer: u32) {
  enterStrip(slot, layer, 0u);
  let word0 = nextWord();
  let word1 = nextWord();
  let outcome = outcomeOf(word0, word1);
  let steepness = steepnesses[outcome];
  let positiveUnits = ${table.firstOutcome}u + outcome;
  let positive = chiSquare(positiveUnits, steepness.xy);
  let negative = chiSquare(${network.width}u - positiveUnits, steepness.zw);
  // Here the squared norms of a layer's units on either side are known.
  if (${major}.x == 0.0) {
    (*norm).oneSidedLayers++;
    multiplyNorm(norm, ${network.weights === "orthogonal" ? "fromSingle(1.0)" : minor});
  } else {
    let activated = add(multiply(${doubleSingleLiteral(squaredRatio)}, ${minor}), ${major});
    multiplyNorm(norm, ${network.weights === "orthogonal" ? `divide(activated, add(${minor}, ${major}))` : "activated"});
  }
}

@compute @workgroup_size(${ISOTROPIC_WORKGROUP})
fn start(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= arrayLength(&slots)) { return; }
  states[2u * id.x] = vec4<u32>(bitcast<u32>(1.0f), 0u, 0u, 0u);
  states[2u * id.x + 1u] = vec4<u32>();
}

@compute @workgroup_size(${ISOTROPIC_WORKGROUP})
fn advance(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= arrayLength(&slots)) { return; }
  guardBits = parameters.zero;
  let slot = slots[id.x];
  let before = states[2u * id.x];
  var other = states[2u * id.x + 1u];
  doubt = other.x;
  var norm = Norm(bitcast<vec2<f32>>(before.xy), bitcast<i32>(before.z), before.w);
  for (var i = 0u; i < parameters.layers; i++) {
    other.y++;
    propagate(&norm, slot, other.y);
  }
  other.x = doubt;
  let square = bitcast<vec2<u32>>(norm.square);
  states[2u * id.x] = vec4<u32>(square, bitcast<u32>(norm.exponent), norm.oneSidedLayers);
  states[2u * id.x + 1u] = other;
}
`;
}
