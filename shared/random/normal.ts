/**
 * Standard normals by Box–Muller: `r cos θ` and `r sin θ` from two words, with r = √(−2 ln u).
 *
 * Word 0: its upper 31 bits make u = (n + ½) 2⁻³¹, so tails reach 6.66 σ; bit 0 is the sign of the
 * cosine. Word 1: read as a signed odd number it makes the angle θ = t π/4, t in (−1, 1); bit 0,
 * before it is set, tells whether the two results change places. Angle, sign and exchange together
 * cover the circle uniformly, yet a polynomial needs to cover only ±π/4, where both the sine and
 * the cosine are exact in relative terms. No normal is ever zero.
 */

const WORD_TO_UNIT = 2 ** -31;
const WORD_TO_ANGLE = (2 ** -31 * Math.PI) / 4;

/** The uniform in (0, 1) of a radius word. Exact in a double, and so is 1 − u. */
function radiusUniform(word: number): number {
  return ((word >>> 1) + 0.5) * WORD_TO_UNIT;
}

/** The first normal of a pair of words. */
export function normal(word0: number, word1: number): number {
  const radius = Math.sqrt(-2 * Math.log(radiusUniform(word0)));
  const angle = (word1 | 1) * WORD_TO_ANGLE;
  if ((word1 & 1) === 1) return radius * Math.sin(angle);
  return (word0 & 1) === 1 ? -radius * Math.cos(angle) : radius * Math.cos(angle);
}

/** The second normal of a pair of words. */
function secondNormal(word0: number, word1: number): number {
  // The exchange bit is the only difference: the angle is made with that bit set.
  return normal(word0, word1 ^ 1);
}

/** Writes the four normals of a block of words to `out[offset …]`, as far as `out` reaches. */
export function fillNormals(block: Uint32Array, out: Float64Array, offset: number): void {
  const [w0, w1, w2, w3] = block as unknown as [number, number, number, number];
  const count = out.length - offset;
  out[offset] = normal(w0, w1);
  if (count > 1) out[offset + 1] = secondNormal(w0, w1);
  if (count > 2) out[offset + 2] = normal(w2, w3);
  if (count > 3) out[offset + 3] = secondNormal(w2, w3);
}
