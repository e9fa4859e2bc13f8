// The initial inputs of dense replicas.

import { startGroup } from "./layer";
import { groups, inputOf, normals, width, words } from "./memory";
import { fillNormals } from "./normal32";
import { drawRow, enterGroup, enterLayer } from "./philox";
import { GROUP, VECTOR } from "./vector";

/** Puts every group at x₀ times `sign`, x₀ being row 0 of layer 0. */
export function startDense(firstReplica: u32, sign: f32): void {
  enterLayer(0);
  for (let group = 0; group < groups; group++) {
    enterGroup(firstReplica + GROUP * group);
    fillNormals(drawRow(words, 0, width));
    const x = inputOf(group);
    for (let at: usize = 0; at < VECTOR * <usize>width; at += VECTOR) {
      v128.store(x + at, f32x4.mul(v128.load(normals + at), f32x4.splat(sign)));
    }
    startGroup(group);
  }
}
