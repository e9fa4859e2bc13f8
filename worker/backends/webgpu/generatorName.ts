import { createHash } from "node:crypto";

/**
 * The version of our kernels. Raise it with every change of WGSL, of the steps between kernels, or of
 * the package that compiles them, that changes bits: no run may have the bits of both.
 */
const KERNELS = "webgpu/1";

/** The contract's limit for the name of a generator. */
const MOST_CHARACTERS = 100;
/** Hexadecimal digits of the hash; two drivers have the same with probability 2⁻³². */
const HASH_DIGITS = 8;

/**
 * The name of the bits that a GPU computes: generator, kernels, card and driver. It begins with that
 * of `simd`, which computes anew what the card doubts. Where it would be too long or has characters
 * that a name may not have, a hash of all of it takes the place of what is left out.
 */
export function generatorName(simdGenerator: string, card: string, driver: string): string {
  const whole = `${simdGenerator} ${KERNELS} ${card}, ${driver}`;
  const plain = whole.replaceAll(/[^\x20-\x7e]+/g, " ").trim();
  if (plain === whole && plain.length <= MOST_CHARACTERS) return plain;
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, HASH_DIGITS);
  return `${plain.slice(0, MOST_CHARACTERS - HASH_DIGITS - 1).trimEnd()} ${hash}`;
}
