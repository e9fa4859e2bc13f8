// The initial inputs of dense replicas.

import { startGroup } from "./layer";
import {
  entries, groups, halfBytes, inputOf, pairsOf, shareReplicas, width, words,
} from "./memory";
import { fillNormals32 } from "./normal32";
import { drawWords, enterStrip } from "./strip";
import { GROUP, VECTOR } from "./vector";

/** Sets x of every group to x₀ times `sign`. */
export function startDense(firstReplica: u32, sign: f64): void {
  shareReplicas(false);
  for (let group = 0; group < groups; group++) {
    enterStrip(firstReplica + GROUP * group, 0, 0);
    fillNormals32(words, drawWords(words, 2 * pairsOf(width)), 2);
    for (let half: usize = 0; half < 2; half++) {
      const x = inputOf(group) + halfBytes() * half;
      for (let at: usize = 0; at < VECTOR * <usize>width; at += VECTOR) {
        const normal = f64x2.promote_low_f32x4(v128.load64_zero(entries + at + 8 * half));
        v128.store(x + at, f64x2.mul(normal, f64x2.splat(sign)));
      }
    }
    startGroup(group);
  }
}

/**
 * Starts every group with the inputs that are in its x already. From then on all groups have the same
 * replicas.
 */
export function startProbes(): void {
  shareReplicas(true);
  for (let group = 0; group < groups; group++) startGroup(group);
}
