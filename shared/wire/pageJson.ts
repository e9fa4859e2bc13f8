import type { ExponentEstimates } from "../statistics/estimate.ts";
import type { SweepJson } from "./json.ts";

// What the coordinator tells its page beyond gRPC's answers; both sides use these types.

/** A sweep without its runs, and the progress of all runs together. */
export interface SweepHeading extends SweepJson {
  /** Runs that have used up their replicas without the precision that was asked for. */
  readonly missedTargetCount: number;
  readonly progress: {
    readonly completedShardCount: number;
    readonly plannedShardCount: number;
    readonly completedReplicaCount: string;
    readonly replicasPerSecond: number;
    /** Time to the end; null until a rate is known. */
    readonly remainingSeconds: number | null;
  };
}

/** A run at an earlier time: its folded prefix, and the estimates from it. */
export interface HistoryPoint extends Partial<ExponentEstimates> {
  readonly replicaCount: number;
}

/** λ̂ from the growth down to one depth. */
export interface DepthPoint {
  readonly depth: number;
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

/** A histogram of the growth at the last checkpoint, in bins of equal width. */
export interface Fluctuations {
  readonly depth: number;
  readonly survivorCount: number;
  readonly mean: number;
  readonly standardDeviation: number;
  readonly binWidth: number;
  /** The bins that hold replicas, ascending. */
  readonly bins: readonly { readonly lower: number; readonly count: number }[];
}

/** What a run's page draws besides the run itself. */
export interface Charts extends ChartFields {
  /** The convergence: estimates as replicas came in. */
  readonly history: readonly HistoryPoint[];
}

/** What a page draws from a run's sums; empty for a kind that has no such pictures. */
export interface ChartFields {
  /** The law of large numbers: the growth per layer, down to each checkpoint. */
  readonly depths: readonly DepthPoint[];
  /** The central limit theorem: the distribution of the growth. */
  readonly fluctuations: Fluctuations | null;
}

/** The learning curve of a training: its median test loss, and the middle half of it. */
export interface LearningCurve {
  /** Name of the run. */
  readonly run: string;
  readonly points: readonly LearningPoint[];
}

/** The test loss after a number of steps. */
export interface LearningPoint {
  readonly step: number;
  readonly lower: number;
  readonly median: number;
  /** The median of the best 80 % of replicas. */
  readonly bestMedian: number;
  readonly upper: number;
}

/** A worker as people see it. */
export interface WorkerJson {
  /** `workers/{id}`. */
  readonly name: string;
  readonly displayName: string;
  readonly state: "CONNECTED" | "DRAINING" | "AWAY" | "QUARANTINED";
  /** Why the worker is in quarantine; empty otherwise. */
  readonly reason: string;
  readonly devices: readonly {
    /** For people, such as the card's model; empty if the worker gives none. */
    readonly description: string;
    readonly backends: readonly {
      readonly name: string;
      readonly generator: string;
      /** Empty where the backend has none. */
      readonly driver: string;
      readonly gpu: boolean;
      /** True if a processor plays the card's part. */
      readonly software: boolean;
      /** Null where it is not known. */
      readonly memoryBytes: number | null;
      /** What all slots together drew when the worker started; null if it did not measure. */
      readonly weightsPerSecond: number | null;
    }[];
    readonly slotCount: number;
    readonly leaseCount: number;
  }[];
  /** Time since the worker's last message, to five seconds; null in quarantine. */
  readonly silentSeconds: number | null;
}

/** A page of the fleet's workers, and totals of the whole fleet. */
export interface FleetJson {
  readonly workers: readonly WorkerJson[];
  readonly nextPageToken: string;
  readonly workerCount: number;
  readonly connectedCount: number;
  readonly quarantinedCount: number;
  readonly slotCount: number;
  readonly leaseCount: number;
}
