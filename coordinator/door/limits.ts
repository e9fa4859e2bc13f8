import { MAXIMUM_SWEEP_RUNS } from "../../shared/specification/commonFields.ts";

/** Limits on what callers may ask for. */
export interface Limits {
  /** Bytes of one message from a client or a worker. */
  readonly maximumMessageBytes: number;
  /** Calls that a peer may have open at a time; every worker has one. */
  readonly maximumStreamsPerPeer: number;
  /** Leases for which the workers of a peer may have room. */
  readonly maximumLeasesPerPeer: number;
  /** Runs of a client that have not ended. */
  readonly maximumRunsPerClient: number;
  /** Replicas of a client's unfinished runs together, as far as their stopping rules let them go. */
  readonly maximumReplicasPerClient: number;
  /** Runs of one sweep. */
  readonly maximumSweepRuns: number;
}

interface Bounds {
  readonly least: number;
  readonly default: number;
  readonly most: number;
}

/** The range and the default of each limit. */
export const LIMIT_BOUNDS: Readonly<Record<keyof Limits, Bounds>> = {
  // The results of workers have to pass, which hold up to 64 checkpoints.
  maximumMessageBytes: { least: 2 ** 20, default: 16 * 2 ** 20, most: 2 ** 30 },
  maximumStreamsPerPeer: { least: 1, default: 4096, most: 1_000_000 },
  // Four workers of a thousand threads, 64 leases a thread.
  maximumLeasesPerPeer: { least: 1, default: 2 ** 18, most: 2 ** 32 },
  maximumRunsPerClient: { least: 1, default: 10_000, most: 1_000_000 },
  // The largest sweep, with runs that may all go as far as a run can.
  maximumReplicasPerClient: { least: 2, default: 2 ** 43, most: 2 ** 52 },
  maximumSweepRuns: { least: 1, default: MAXIMUM_SWEEP_RUNS, most: MAXIMUM_SWEEP_RUNS },
};

export const DEFAULT_LIMITS: Limits = {
  maximumMessageBytes: LIMIT_BOUNDS.maximumMessageBytes.default,
  maximumStreamsPerPeer: LIMIT_BOUNDS.maximumStreamsPerPeer.default,
  maximumLeasesPerPeer: LIMIT_BOUNDS.maximumLeasesPerPeer.default,
  maximumRunsPerClient: LIMIT_BOUNDS.maximumRunsPerClient.default,
  maximumReplicasPerClient: LIMIT_BOUNDS.maximumReplicasPerClient.default,
  maximumSweepRuns: LIMIT_BOUNDS.maximumSweepRuns.default,
};
