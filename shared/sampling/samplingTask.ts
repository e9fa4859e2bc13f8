import type { Network } from "../network/network.ts";

/** A contiguous range of candidates to compare with zero. */
export interface SamplingTask {
  /** What candidates are drawn from. */
  readonly network: Network;
  /** Number of probe inputs that every candidate is shown. */
  readonly probeCount: number;
  readonly seed: bigint;
  readonly firstReplica: number;
  readonly replicaCount: number;
}
