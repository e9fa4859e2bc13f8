/*
 * What `import "lyapunov-cluster/tfjs"` gives: initializers for TensorFlow.js, in Node and in the
 * browser. Models that were saved with them can be loaded once it has been imported.
 */
import {
  LyapunovNormal,
  LyapunovOrthogonal,
  LyapunovUniform,
  type Initializer,
  type LyapunovOptions,
} from "./initializer.ts";

export type { Initializer, LyapunovOptions };

/** An initializer of normal weights, at the exact critical gain of a dense layer of any shape. */
export function lyapunovNormal(options: LyapunovOptions): Initializer {
  return new LyapunovNormal(options);
}

/**
 * An initializer of orthonormal rows or columns, whichever are fewer, times the exact critical gain of
 * a dense layer of any shape.
 */
export function lyapunovOrthogonal(options: LyapunovOptions): Initializer {
  return new LyapunovOrthogonal(options);
}

/**
 * An initializer of uniform weights, at the critical gain that simulations found. It refuses layers
 * that are not square, for which none is known.
 */
export function lyapunovUniform(options: LyapunovOptions): Initializer {
  return new LyapunovUniform(options);
}
