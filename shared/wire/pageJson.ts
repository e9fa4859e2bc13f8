import type { ExponentEstimates } from "../statistics/estimate.ts";
import type { SweepJson } from "./json.ts";

// What the coordinator tells its page beyond what gRPC answers: both sides are made by these.

/** A sweep without its runs, and how far they are together. */
export interface SweepHeading extends SweepJson {
  readonly runCount: number;
  readonly progress: {
    readonly completedShardCount: number;
    readonly plannedShardCount: number;
    readonly completedReplicaCount: string;
    readonly replicasPerSecond: number;
    /** Null until a rate is known. */
    readonly remainingSeconds: number | null;
  };
}

/** What was known of a run once: its folded prefix and the estimates of that. */
export interface HistoryPoint extends Partial<ExponentEstimates> {
  readonly replicaCount: number;
}

/** λ̂ from the growth down to one depth alone. */
export interface DepthPoint {
  readonly depth: number;
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

/** The growth at the last checkpoint, counted in bins of equal width. */
export interface Fluctuations {
  readonly depth: number;
  readonly survivorCount: number;
  readonly mean: number;
  readonly standardDeviation: number;
  readonly binWidth: number;
  /** Ascending; bins without a replica are not there. */
  readonly bins: readonly { readonly lower: number; readonly count: number }[];
}

/** What a run's page draws, beyond the run itself. */
export interface Charts extends ChartFields {
  /** Convergence: the estimates as replicas came in. */
  readonly history: readonly HistoryPoint[];
}

/** What is drawn of a run's sums; nothing, of a kind that has no such pictures. */
export interface ChartFields {
  /** The law of large numbers: the growth a layer, down to each checkpoint. */
  readonly depths: readonly DepthPoint[];
  /** The central limit theorem: the distribution of the growth. */
  readonly fluctuations: Fluctuations | null;
}

/** A worker as people see it. */
export interface WorkerJson {
  /** `workers/{id}`. */
  readonly name: string;
  readonly displayName: string;
  readonly state: "CONNECTED" | "DRAINING" | "AWAY" | "QUARANTINED";
  /** Why it is in quarantine; empty otherwise. */
  readonly reason: string;
  readonly devices: readonly {
    readonly backends: readonly string[];
    readonly slotCount: number;
    readonly leaseCount: number;
  }[];
  /** Since its last message, to five seconds; null for one in quarantine. */
  readonly silentSeconds: number | null;
}

/** A page of the fleet, and what all of it is together. */
export interface FleetJson {
  readonly workers: readonly WorkerJson[];
  readonly nextPageToken: string;
  readonly workerCount: number;
  readonly connectedCount: number;
  readonly quarantinedCount: number;
  readonly slotCount: number;
  readonly leaseCount: number;
}
