import type { Network } from "../../../shared/network/network.ts";
import { lawLabel, type Sampling } from "../../../shared/network/weights.ts";
import { fittedTable, type TableColumn } from "./fittedTable.ts";
import { count, shortDuration, threeDigits } from "../../../shared/text/counts.ts";
import { ABSENT } from "../../../shared/text/numbers.ts";

/** How fast the machine propagates one network, and what that means for a run. */
export interface NetworkRate {
  readonly network: Network;
  readonly sampling: Sampling;
  /** Rate of all threads together. */
  readonly replicaLayersPerSecond: number;
  /** Weights drawn per second; null where none are. */
  readonly weightsPerSecond: number | null;
  readonly run: {
    /** Replicas that the run takes; null where that depends on σ², which is not known. */
    readonly replicaCount: number | null;
    readonly seconds: number | null;
    /** The σ² by which a precision was turned into replicas; null where there was no need. */
    readonly variance: { readonly value: number; readonly source: "exact" | "measured" } | null;
  };
}

/**
 * Formats rates for people, a network a line.
 *
 * @param limit columns of the terminal; the network and the time of the run stay columns longest
 */
export function rateTable(rates: readonly NetworkRate[], limit = Infinity): string {
  return fittedTable(COLUMNS, rates, limit);
}

const COLUMNS: readonly TableColumn<NetworkRate>[] = [
  {
    head: "weights",
    importance: 1,
    cell: ({ network }) => lawLabel(network.weights, network),
  },
  { head: "sampling", importance: 3, cell: ({ sampling }) => sampling },
  { head: "width", importance: 1, align: "right", cell: ({ network }) => count(network.width) },
  {
    head: "weights/s",
    importance: 6,
    align: "right",
    cell: ({ weightsPerSecond }) =>
      weightsPerSecond === null ? ABSENT : threeDigits(weightsPerSecond),
  },
  {
    head: "replica-layers/s",
    importance: 5,
    align: "right",
    cell: ({ replicaLayersPerSecond }) => threeDigits(replicaLayersPerSecond),
  },
  { head: "replicas", importance: 4, align: "right", cell: ({ run }) => replicas(run) },
  {
    head: "your run",
    importance: 2,
    align: "right",
    cell: ({ run }) => (run.seconds === null ? ABSENT : shortDuration(run.seconds)),
  },
];

/** Formats a count of replicas, with a `≈` where it rests on a measured σ². */
function replicas({ replicaCount, variance }: NetworkRate["run"]): string {
  if (replicaCount === null) return ABSENT;
  if (variance?.source !== "measured") return count(replicaCount);
  return `≈ ${threeDigits(replicaCount)}`;
}
