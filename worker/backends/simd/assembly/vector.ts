// Vectors of lanes. A lane is a replica: a vector holds one number of each of four replicas, a
// group, in float32, or of two of them in float64.

/** Replicas that draw their random words together. */
export const GROUP: i32 = 4;

/** Bytes of a vector. */
export const VECTOR: usize = 16;

/** a · b + c, rounded twice: the same bits on every processor, which a fused one would not give. */
@inline
export function multiplyAdd<F>(a: v128, b: v128, c: v128): v128 {
  return v128.add<F>(v128.mul<F>(a, b), c);
}

@inline
export function xor(a: v128, b: v128): v128 {
  return v128.xor(a, b);
}

/**
 * Stores each value as a whole vector. Constants are read from memory, as operands of the
 * instructions that use them: V8 would build a splat anew at every use.
 */
export function storeSplats<T>(at: usize, values: StaticArray<T>): void {
  for (let i = 0; i < values.length; i++) {
    v128.store(at + VECTOR * <usize>i, v128.splat<T>(unchecked(values[i])));
  }
}

/** Polynomials by Horner's rule; the splats of their coefficients are at `at`, the lowest first. */
@inline
export function cubic<F>(at: usize, x: v128): v128 {
  let y = multiplyAdd<F>(v128.load(at, 48), x, v128.load(at, 32));
  y = multiplyAdd<F>(y, x, v128.load(at, 16));
  return multiplyAdd<F>(y, x, v128.load(at));
}

@inline
export function quintic<F>(at: usize, x: v128): v128 {
  let y = multiplyAdd<F>(v128.load(at, 80), x, v128.load(at, 64));
  y = multiplyAdd<F>(y, x, v128.load(at, 48));
  y = multiplyAdd<F>(y, x, v128.load(at, 32));
  y = multiplyAdd<F>(y, x, v128.load(at, 16));
  return multiplyAdd<F>(y, x, v128.load(at));
}

@inline
export function septic<F>(at: usize, x: v128): v128 {
  let y = multiplyAdd<F>(v128.load(at, 112), x, v128.load(at, 96));
  y = multiplyAdd<F>(y, x, v128.load(at, 80));
  y = multiplyAdd<F>(y, x, v128.load(at, 64));
  y = multiplyAdd<F>(y, x, v128.load(at, 48));
  y = multiplyAdd<F>(y, x, v128.load(at, 32));
  y = multiplyAdd<F>(y, x, v128.load(at, 16));
  return multiplyAdd<F>(y, x, v128.load(at));
}
