import type { Network } from "../network/network.ts";
import { entryLaw } from "./entries.ts";
import { fillNormals } from "./normal32.ts";
import type { Stream } from "./stream.ts";

/**
 * Puts W x into `outs[i]` for each x = `inputs[i]` of norm 1 or 0, where W is the matrix of one layer
 * of one replica at its law's own scale (drift.ts). An output has the same bits whatever other inputs
 * there are.
 */
export type LayerProduct = (
  stream: Stream,
  replica: number,
  layer: number,
  inputs: readonly Float64Array[],
  outs: readonly Float64Array[],
) => void;

/**
 * Sums of ±x_j smaller than this are zero. Activations of ±1 weights often repeat one another, and
 * in exact arithmetic their sums cancel; at widths where that happens rounding leaves at most 2⁻⁵⁰.
 */
const CANCELLED = 2 ** -44;

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** W with independent entries at their law's own scale, a row at a time. */
function entryProduct(network: Network): LayerProduct {
  const law = entryLaw(network);
  const cancelled = network.weights === "rademacher" ? CANCELLED : 0;
  const row = new Float64Array(network.width);
  return (stream, replica, layer, inputs, outs) => {
    const nextRow = stream.rows(replica, layer, network.width);
    for (let i = 0; i < network.width; i++) {
      law.draw(row, nextRow());
      for (const [place, out] of outs.entries()) {
        const sum = dot(row, inputs[place] as Float64Array);
        out[i] = Math.abs(sum) < cancelled ? 0 : sum;
      }
    }
  };
}

/**
 * W Haar-distributed on the orthogonal group, by the subgroup algorithm that stream.ts describes:
 * for n = 1, 2, …, width the last n entries become −sgn(g₀) H v, with H = I − 2 w wᵀ/‖w‖²,
 * w = e₁ + sgn(g₀) g/‖g‖ and ‖w‖² = 2 (1 + |g₀|/‖g‖).
 *
 * @internal exported for tests
 */
export const orthogonalProduct: LayerProduct = (stream, replica, layer, inputs, outs) => {
  const width = outs[0]?.length ?? 0;
  const nextRow = stream.rows(replica, layer, width);
  for (const [place, out] of outs.entries()) out.set(inputs[place] as Float64Array);
  for (let n = 1; n <= width; n++) {
    const w = new Float64Array(n);
    fillNormals(w, nextRow());
    const sign = Math.sign(w[0] as number);
    const norm = Math.sqrt(dot(w, w));
    for (let j = 0; j < n; j++) w[j] = (sign * (w[j] as number)) / norm;
    w[0] = (w[0] as number) + 1;
    const square = dot(w, w);
    for (const out of outs) {
      const v = out.subarray(width - n);
      const coefficient = (2 * dot(w, v)) / square;
      for (let j = 0; j < n; j++) {
        v[j] = -sign * ((v[j] as number) - coefficient * (w[j] as number));
      }
    }
  }
};

/** The product for the network's weight law. */
export function layerProduct(network: Network): LayerProduct {
  return network.weights === "orthogonal" ? orthogonalProduct : entryProduct(network);
}
