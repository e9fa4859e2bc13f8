import type { Stream } from "../../../shared/random/stream.ts";

/** Puts W x into `out`, for the matrix W of one layer of one replica. */
export type LayerProduct = (
  stream: Stream,
  replica: number,
  layer: number,
  x: Float64Array,
  out: Float64Array,
) => void;

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** W with independent standard normal entries, a row at a time. */
export const gaussianProduct: LayerProduct = (stream, replica, layer, x, out) => {
  const row = new Float64Array(x.length);
  for (let i = 0; i < out.length; i++) {
    stream.normals(row, i, replica, layer);
    out[i] = dot(row, x);
  }
};

/**
 * W Haar-distributed on the orthogonal group, by the subgroup algorithm that stream.ts describes:
 * for n = 1, 2, …, width the last n entries become −sgn(g₀) H v, with H = I − 2 w wᵀ/‖w‖²,
 * w = e₁ + sgn(g₀) g/‖g‖ and ‖w‖² = 2 (1 + |g₀|/‖g‖).
 */
export const orthogonalProduct: LayerProduct = (stream, replica, layer, x, out) => {
  out.set(x);
  for (let n = 1; n <= x.length; n++) {
    const v = out.subarray(x.length - n);
    const w = new Float64Array(n);
    stream.normals(w, n, replica, layer);
    const sign = Math.sign(w[0] as number);
    const norm = Math.sqrt(dot(w, w));
    for (let j = 0; j < n; j++) w[j] = (sign * (w[j] as number)) / norm;
    w[0] = (w[0] as number) + 1;
    const coefficient = (2 * dot(w, v)) / dot(w, w);
    for (let j = 0; j < n; j++) {
      v[j] = -sign * ((v[j] as number) - coefficient * (w[j] as number));
    }
  }
};
