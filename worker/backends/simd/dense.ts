import type { Network } from "../../../shared/network/network.ts";
import type { WeightLaw } from "../../../shared/network/weights.ts";
import { keepingWords } from "../../../shared/random/entries.ts";
import { rowsOfStrip } from "../../../shared/random/stream.ts";
import type { ScaledActivation } from "../scaledActivation.ts";
import { denseActivation } from "../denseActivation.ts";
import type { Kernel } from "./kernel.ts";
import { GROUP, type Lanes } from "./lanes.ts";

/** Laws as assembly/law.ts numbers them. */
const LAWS: Record<WeightLaw, number> = {
  gaussian: 0,
  orthogonal: 1,
  uniform: 2,
  rademacher: 3,
  truncated_normal: 4,
  student_t: 5,
  sparse_gaussian: 6,
};

/** Bytes of x and z in a batch, to stay in the processor's second-level cache. */
const BATCH_BYTES = 256 * 1024;
/** Most groups in a batch: enough to spread the cost of what is done once a layer or a call. */
const BATCH_GROUPS = 64;
/** Weights to draw in one call into WebAssembly; they take a few milliseconds. */
const WEIGHTS_PER_CALL = 1 << 20;

/** Real matrices, drawn entry by entry. */
export function denseLanes(kernel: Kernel, network: Network, activation: ScaledActivation): Lanes {
  const { width, weights, degreesOfFreedom, density } = network;
  const groupBytes = 2 * 8 * GROUP * width;
  const { above, below, belowAlone, inputSign } = denseActivation(network, activation);
  return {
    batchGroups: Math.max(1, Math.min(BATCH_GROUPS, Math.floor(BATCH_BYTES / groupBytes))),
    layerGroupsPerCall: WEIGHTS_PER_CALL / (GROUP * width * width),
    // The kernel's uniform entries are whole numbers in (−2³¹, 2³¹).
    drift: weights === "uniform" ? -31 * Math.LN2 : 0,
    start(firstReplica, groups) {
      kernel.setLaw(LAWS[weights], degreesOfFreedom ?? 1, keepingWords(density ?? 1) - 1);
      kernel.reserve(width, groups, 0);
      kernel.setActivation(above, below, belowAlone);
      kernel.startDense(firstReplica, inputSign);
    },
    advance(firstReplica, groups, firstLayer, layers, advanced) {
      // A wide layer is taken some strips at a time.
      const stripRows = rowsOfStrip(width);
      const strips = Math.floor(WEIGHTS_PER_CALL / (groups * GROUP * width * stripRows));
      const rowsPerCall = layers > 1 ? width : stripRows * Math.max(1, strips);
      for (let row = 0; row < width; row += rowsPerCall) {
        const endRow = Math.min(width, row + rowsPerCall);
        kernel.advanceDense(firstReplica, firstLayer, layers, row, endRow);
        advanced?.();
      }
    },
  };
}
