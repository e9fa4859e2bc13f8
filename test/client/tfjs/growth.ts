import { normal } from "../../../shared/random/normal.ts";
import { sfc32 } from "../../../shared/random/sfc32.ts";

const NETWORKS = 10_000;

/** The mean log-norm growth of 10,000 networks, each shown a random input, and its standard error. */
export function meanGrowth(
  sizes: readonly number[],
  negativeSlope: number,
  kernelOf: (fanIn: number, fanOut: number) => ArrayLike<number>,
): { readonly mean: number; readonly standardError: number } {
  const words = sfc32(1, 2, 3, 4);
  let [sum, squares] = [0, 0];
  for (let network = 0; network < NETWORKS; network++) {
    let x = Float64Array.from({ length: sizes[0] ?? 0 }, () => normal(words(), words()));
    const before = Math.hypot(...x);
    for (const [layer, fanIn] of sizes.slice(0, -1).entries()) {
      const fanOut = sizes[layer + 1] ?? 0;
      x = propagated(x, kernelOf(fanIn, fanOut), fanOut, negativeSlope);
    }
    const growth = Math.log(Math.hypot(...x) / before);
    sum += growth;
    squares += growth * growth;
  }
  const mean = sum / NETWORKS;
  const variance = squares / NETWORKS - mean * mean;
  return { mean, standardError: Math.sqrt(variance / NETWORKS) };
}

/** φ(x · kernel), with the kernel's rows one after another. */
function propagated(
  x: Float64Array,
  kernel: ArrayLike<number>,
  fanOut: number,
  negativeSlope: number,
): Float64Array<ArrayBuffer> {
  const out = new Float64Array(fanOut);
  for (const [i, value] of x.entries()) {
    for (let j = 0; j < fanOut; j++) {
      out[j] = (out[j] as number) + value * (kernel[i * fanOut + j] as number);
    }
  }
  return out.map((z) => (z < 0 ? negativeSlope * z : z));
}
