import { singleLiteral } from "./doubleSingle.ts";

/** How the units of a layer are kept. */
export interface UnitScale {
  /** The norm of x is kept between √½ and √2 times 2 to this power, at most 60. */
  readonly exponent: number;
  /** A unit is doubted that is not zero, but smaller than this times that power; 0: none is. */
  readonly leastUnit: number;
}

/**
 * WGSL for what a replica carries from layer to layer, and the end of a layer: activation and
 * rescaling by powers of two, as in simd/assembly/layer.ts. After doubleSingle.ts, state.ts and ../dense/networkBuffer.ts.
 *
 * Sums over the units of a layer have their place in `Sums`: whatever else of a layer shall be
 * summed is added to `addUnit` and `addSums`, and used in `endLayer`.
 */
export function layerEnd({ exponent, leastUnit }: UnitScale): string {
  return /* wgsl */ `
// Sums over units of a layer, before the activation: squares of those above zero, and below.
struct Sums {
  positive: vec2<f32>,
  negative: vec2<f32>,
}

const NO_UNITS = Sums(vec2<f32>(0.0, 0.0), vec2<f32>(0.0, 0.0));

// Adds to a sum; its parts are no double-single before endLayer makes them one.
fn addSquare(sum: vec2<f32>, square: vec2<f32>) -> vec2<f32> {
  let high = twoSum(sum.x, square.x);
  return vec2<f32>(high.x, guard(sum.y + guard(high.y + square.y)));
}

fn addUnit(sums: ptr<function, Sums>, z: vec2<f32>) {
  let square = twoProduct(z.x, z.x);
  let isPositive = z.x > 0.0;
  let before = select((*sums).negative, (*sums).positive, isPositive);
  let after = addSquare(before, vec2<f32>(square.x, fma(2.0 * z.x, z.y, square.y)));
  (*sums).positive = select((*sums).positive, after, isPositive);
  (*sums).negative = select(after, (*sums).negative, isPositive);
}

fn addSums(a: Sums, b: Sums) -> Sums {
  return Sums(addSquare(a.positive, b.positive), addSquare(a.negative, b.negative));
}

// Slopes times the power of two that rescales a layer.
struct Slopes {
  above: f32,
  below: vec2<f32>,
}

// Ends a layer that has these sums.
fn endLayer(state: ptr<function, State>, sums: Sums) -> Slopes {
  let positive = quickTwoSum(sums.positive.x, sums.positive.y);
  let negative = quickTwoSum(sums.negative.x, sums.negative.y);
  let oneSided = positive.x == 0.0;
  let twoSidedNorm = add(multiply(network.squareBelow, negative), positive);
  let squaredNorm = select(twoSidedNorm, negative, oneSided);
  // The exponent field, halved: the squared norm is between 1/2 and 2 times 4^(half - 63).
  let half = bitcast<u32>(squaredNorm.x) >> 24u;
  if (half == 127u) { doubt = true; }
  let factor = bitcast<f32>((${190 + exponent}u - half) << 23u);
  (*state).squaredNorm = squaredNorm * factor * factor;
  (*state).exponent += i32(half) - ${63 + exponent};
  (*state).oneSided += select(0u, 1u, oneSided);
  (*state).layers += 1u;
  let below = select(network.below, fromSingle(network.belowAlone), oneSided);
  return Slopes(network.above * factor, below * factor);
}

fn activate(z: vec2<f32>, slopes: Slopes) -> vec2<f32> {
  let x = select(multiply(z, slopes.below), z * slopes.above, z.x > 0.0);
  ${leastUnit === 0 ? "" : `if (x.x != 0.0 && abs(x.x) < ${singleLiteral(leastUnit * 2 ** exponent)}) { doubt = true; }`}
  return x;
}
`;
}
