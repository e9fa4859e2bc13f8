/**
 * Standard normals by Box–Muller: `r cos θ` and `r sin θ` from two words, with r = √(−2 ln u).
 *
 * Word 0: its upper 31 bits make u = (n + ½) 2⁻³¹, so that tails reach 6.66 σ; bit 0 is the sign of
 * the cosine. Word 1: read as a signed odd number, it makes the angle θ = t π/4, t in (−1, 1); bit
 * 0, before it is set, says whether the two results change places. Angle, sign and exchange
 * together cover the circle uniformly, while a polynomial has to cover only ±π/4, where both sine
 * and cosine are exact in relative terms. No normal is ever zero.
 */

const WORD_TO_UNIT = 2 ** -31;
const WORD_TO_ANGLE = (2 ** -31 * Math.PI) / 4;

/** The uniform u in (0, 1) that a radius word makes; u and 1 − u are exact in a double. */
function radiusUniform(word: number): number {
  return ((word >>> 1) + 0.5) * WORD_TO_UNIT;
}

/** A coordinate of a uniform point on the circle; bit 0 of `signWord` is the cosine's sign. */
export function cosine(signWord: number, angleWord: number): number {
  const angle = (angleWord | 1) * WORD_TO_ANGLE;
  if ((angleWord & 1) === 1) return Math.sin(angle);
  return (signWord & 1) === 1 ? -Math.cos(angle) : Math.cos(angle);
}

/** The first normal of a pair of words. */
export function normal(word0: number, word1: number): number {
  return Math.sqrt(-2 * Math.log(radiusUniform(word0))) * cosine(word0, word1);
}
