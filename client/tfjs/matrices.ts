import { normal } from "../../shared/random/normal.ts";
import { philox4x32 } from "../../shared/random/philox.ts";
import { sfc32 } from "../../shared/random/sfc32.ts";
import type { Law } from "./gain.ts";

const TWO_TO_32 = 2 ** 32;

/** A source of 32-bit words that depends on a seed and on how many kernels it has made before. */
export function kernelWords(seed: number, earlier: number): () => number {
  const state = new Uint32Array(4);
  philox4x32(state, earlier, 0, 0, 0, seed % TWO_TO_32, Math.floor(seed / TWO_TO_32));
  const [a = 0, b = 0, c = 0, counter = 0] = state;
  return sfc32(a, b, c, counter);
}

/** A kernel of gain 1, row after row: one row per unit read, one column per unit of the layer. */
export function kernel(
  law: Law,
  fanIn: number,
  fanOut: number,
  nextWord: () => number,
): Float64Array {
  const entries = new Float64Array(fanIn * fanOut);
  const nextNormal = () => normal(nextWord(), nextWord());
  switch (law) {
    case "gaussian": {
      const deviation = 1 / Math.sqrt(fanIn);
      return entries.map(() => deviation * nextNormal());
    }
    case "uniform": {
      const bound = Math.sqrt(3 / fanIn);
      return entries.map(() => bound * ((nextWord() + 0.5) * 2 ** -31 - 1));
    }
    case "orthogonal": {
      const [count, length] = [Math.min(fanIn, fanOut), Math.max(fanIn, fanOut)];
      const vectors = orthonormal(count, length, nextNormal);
      for (const [k, vector] of vectors.entries()) {
        for (const [i, entry] of vector.entries()) {
          entries[fanIn < fanOut ? k * fanOut + i : i * fanOut + k] = entry;
        }
      }
      return entries;
    }
  }
}

/**
 * The first orthonormal vectors of a Haar-distributed matrix: normals, each made orthogonal to those
 * before it. It is done twice, since once leaves rounding errors where little is left.
 */
function orthonormal(count: number, length: number, nextNormal: () => number): Float64Array[] {
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const vector = new Float64Array(length).map(nextNormal);
    for (const other of [...vectors, ...vectors]) {
      const share = dot(vector, other);
      for (let i = 0; i < length; i++)
        vector[i] = (vector[i] as number) - share * (other[i] as number);
    }
    const norm = Math.sqrt(dot(vector, vector));
    vectors.push(vector.map((entry) => entry / norm));
  }
  return vectors;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
