import type { Network } from "../network/network.ts";
import type { Training } from "./training.ts";

/** A contiguous range of replicas to train, with the steps after which to look at them. */
export interface TrainingTask {
  /** The deep narrow stack as it is drawn, before candidates are compared. */
  readonly network: Network;
  readonly training: Training;
  readonly seed: bigint;
  /** Ascending numbers of steps, each within 0 … training.stepCount; 0 is before the first. */
  readonly steps: readonly number[];
  readonly firstReplica: number;
  readonly replicaCount: number;
}
