import Table from "cli-table3";

import type { Network } from "../../../shared/network/network.ts";
import { lawLabel, type Sampling } from "../../../shared/network/weights.ts";
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

/** Formats rates for people, a network a line. */
export function rateTable(rates: readonly NetworkRate[]): string {
  const table = new Table({
    head: ["weights", "sampling", "width", "weights/s", "replica-layers/s", "replicas", "your run"],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", "left", "right", "right", "right", "right", "right"],
  });
  for (const { network, sampling, run, ...rate } of rates) {
    table.push([
      lawLabel(network.weights, network),
      sampling,
      count(network.width),
      rate.weightsPerSecond === null ? ABSENT : threeDigits(rate.weightsPerSecond),
      threeDigits(rate.replicaLayersPerSecond),
      replicas(run),
      run.seconds === null ? ABSENT : shortDuration(run.seconds),
    ]);
  }
  return table.toString();
}

/** Formats a count of replicas, with a `≈` where it rests on a measured σ². */
function replicas({ replicaCount, variance }: NetworkRate["run"]): string {
  if (replicaCount === null) return ABSENT;
  if (variance?.source !== "measured") return count(replicaCount);
  return `≈ ${threeDigits(replicaCount)}`;
}
