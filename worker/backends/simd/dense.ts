import type { Network } from "../../../shared/network/network.ts";
import type { Kernel } from "./kernel.ts";
import { GROUP, type LaneActivation, type Lanes, readState32 } from "./lanes.ts";

/** Bytes of x and z to keep in the processor's second-level cache, if that is enough for one. */
const BATCH_BYTES = 256 * 1024;
/** Enough groups to spread what is done once a layer, or once a call, over. */
const BATCH_GROUPS = 64;
/** Weights to draw in one call into WebAssembly: a few milliseconds. */
const WEIGHTS_PER_CALL = 1 << 20;

/** Real matrices, drawn entry by entry, in float32. */
export function denseLanes(kernel: Kernel, network: Network, activation: LaneActivation): Lanes {
  const { width, weights } = network;
  const advance = {
    gaussian: kernel.advanceGaussian,
    orthogonal: kernel.advanceOrthogonal,
  }[weights];
  const groupBytes = 2 * 4 * GROUP * width;
  const { above, below, belowAlone, inputSign } = denseActivation(network, activation);
  return {
    batchGroups: Math.max(1, Math.min(BATCH_GROUPS, Math.floor(BATCH_BYTES / groupBytes))),
    layerGroupsPerCall: WEIGHTS_PER_CALL / (GROUP * width * width),
    start(firstReplica, groups) {
      kernel.reserve(width, groups, 0);
      kernel.setActivation(above, below, belowAlone);
      kernel.startDense(firstReplica, inputSign);
    },
    advance(firstReplica, groups, firstLayer, layers) {
      // A wide layer is taken some rows at a time.
      const rows = Math.max(1, Math.floor(WEIGHTS_PER_CALL / (groups * GROUP * width)));
      const rowsPerCall = layers > 1 ? width : rows;
      for (let row = 0; row < width; row += rowsPerCall) {
        advance(firstReplica, firstLayer, layers, row, Math.min(width, row + rowsPerCall));
      }
    },
    read: readState32,
  };
}

/**
 * Slopes for assembly/layer.ts. For |α| > 1, φ(z) = −α ψ(−z) where ψ has the slope 1/α: x is kept
 * times −1, and ψ(z) times the sign of α.
 */
function denseActivation({ negativeSlope }: Network, { mirrored, ratio }: LaneActivation) {
  const sign = negativeSlope < 0 ? -1 : 1;
  // A slope this small changes no sum, but its products may be denormal, and slow.
  const slope = Math.abs(ratio) < 2 ** -60 ? 0 : ratio;
  return mirrored
    ? { inputSign: -1, above: sign, below: sign * slope, belowAlone: 1 }
    : { inputSign: 1, above: 1, below: slope, belowAlone: sign };
}
