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

fn addUnit(sums: ptr<function, Sums>, z: vec2<f32>) {
  let product = square(z);
  let zero = vec2<f32>(0.0, 0.0);
  (*sums).positive = add((*sums).positive, select(zero, product, z.x > 0.0));
  (*sums).negative = add((*sums).negative, select(product, zero, z.x > 0.0));
}

fn addSums(a: Sums, b: Sums) -> Sums {
  return Sums(add(a.positive, b.positive), add(a.negative, b.negative));
}

// Slopes times the power of two that rescales a layer.
struct Slopes {
  above: f32,
  below: vec2<f32>,
}

// Ends a layer that has these sums.
fn endLayer(state: ptr<function, State>, sums: Sums) -> Slopes {
  let oneSided = sums.positive.x == 0.0;
  let twoSidedNorm = add(multiply(network.squareBelow, sums.negative), sums.positive);
  let squaredNorm = select(twoSidedNorm, sums.negative, oneSided);
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
