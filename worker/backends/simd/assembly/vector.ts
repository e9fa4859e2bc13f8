// Vectors of lanes. A lane is a replica: a vector holds one word or float32 of each of four
// replicas, a group, or one float64 of two of them, half a group.

/** Replicas that draw their random words together. */
export const GROUP: i32 = 4;

/** Bytes of a vector. */
export const VECTOR: usize = 16;

/**
 * a · b + c, rounded once on processors that fuse, as all of the last ten years do, and twice on
 * others. The probe in index.ts tells which, and its answer is part of the backend's identity.
 */
@inline
export function multiplyAdd<F>(a: v128, b: v128, c: v128): v128 {
  return v128.relaxed_madd<F>(a, b, c);
}

/** Moves lanes 2 and 3 of four to lanes 0 and 1. */
@inline
export function upper(x: v128): v128 {
  return v128.shuffle<i32>(x, x, 2, 3, 2, 3);
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

/** A polynomial by Horner's rule; the splats of its coefficients are at `at`, the lowest first. */
@inline
export function quintic<F>(at: usize, x: v128): v128 {
  let y = multiplyAdd<F>(v128.load(at, 80), x, v128.load(at, 64));
  y = multiplyAdd<F>(y, x, v128.load(at, 48));
  y = multiplyAdd<F>(y, x, v128.load(at, 32));
  y = multiplyAdd<F>(y, x, v128.load(at, 16));
  return multiplyAdd<F>(y, x, v128.load(at));
}
