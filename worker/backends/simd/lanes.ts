import { logNorm, type ScaledActivation } from "../scaledActivation.ts";
import type { Kernel } from "./kernel.ts";

/** Replicas that the kernel propagates side by side (assembly/vector.ts). */
export const GROUP = 4;

/** Bytes of a group's state (assembly/memory.ts). */
const STATE_BYTES = 96;

/**
 * A way of propagating replicas in the kernel. Between calls the replicas of a batch live in the
 * kernel's memory.
 */
export interface Lanes {
  /** Most groups in a batch. */
  readonly batchGroups: number;
  /** Growth per layer to add to that of drift.ts, for what the lanes count too much. */
  readonly drift: number;
  /** Layers × groups to propagate in one call, for it to take a few milliseconds. */
  readonly layerGroupsPerCall: number;
  start(firstReplica: number, groups: number): void;
  /** @param advanced is called after each call into the kernel. */
  advance(
    firstReplica: number,
    groups: number,
    firstLayer: number,
    layers: number,
    advanced?: () => void,
  ): void;
}

/**
 * Reads log ‖x‖ of the first `count` replicas of a batch, without the drift; assembly/layer.ts has
 * the formula.
 */
export function readLogNorms(
  kernel: Kernel,
  activation: ScaledActivation,
  count: number,
): Float64Array {
  const bytes = STATE_BYTES * Math.ceil(count / GROUP);
  const states = new DataView(kernel.memory.buffer, kernel.stateAddress(), bytes);
  return Float64Array.from({ length: count }, (_, replica) => {
    // Two replicas to a vector. Integers are small: their low words are enough.
    const at = (STATE_BYTES / 2) * Math.floor(replica / 2) + 8 * (replica % 2);
    const squaredNorm = states.getFloat64(at, true);
    const exponent = states.getInt32(at + 16, true);
    const oneSidedLayers = states.getInt32(at + 32, true);
    return logNorm(activation, squaredNorm, exponent, oneSidedLayers);
  });
}
