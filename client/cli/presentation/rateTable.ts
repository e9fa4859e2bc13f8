import type { Network } from "../../../shared/network/network.ts";
import { lawLabel, type Sampling } from "../../../shared/network/weights.ts";
import type { Range } from "../machineRate.ts";
import type { Prediction } from "../runPrediction.ts";
import { fittedTable, type TableColumn } from "./fittedTable.ts";
import { wrapped } from "./wrap.ts";
import { count, counted, shortDuration, threeDigits } from "../../../shared/text/counts.ts";
import { ABSENT, significant } from "../../../shared/text/numbers.ts";

/** Share of the processors from which on the work of others slows a measurement down. */
const BUSY_SHARE = 0.3;
/** Ratio of the ends of a range that is not worth showing. */
const CERTAIN = 1.1;

/** How fast the machine propagates one network, and what that means for a run. */
export interface NetworkRate {
  readonly network: Network;
  readonly sampling: Sampling;
  /** Rate of all threads together. */
  readonly replicaLayersPerSecond: number;
  /** Weights drawn per second; null where none are. */
  readonly weightsPerSecond: number | null;
  /** Rates between which four of five measured tasks were. */
  readonly replicaLayersPerSecondRange: Range;
  readonly run: Prediction;
}

/** The machine that was measured. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  /** Processors that were busy on average in the minute before. */
  readonly load: number;
}

/** Formats what was measured, with a warning where others were at work, too. */
export function machineText(
  { processor, cores, load }: Machine,
  means: string,
  limit = Infinity,
): string {
  const warning =
    `the machine was busy before (load ${significant(load, 2)} on ` +
    `${counted(cores, "processor")}): an idle one is faster`;
  return [`${processor}, ${means}`, ...(load < BUSY_SHARE * cores ? [] : [warning])]
    .flatMap((line) => wrapped(line, limit))
    .join("\n");
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
    cell: ({ run }) => time(run),
  },
];

/** Formats a count of replicas, with a `≈` where it rests on a measured σ². */
function replicas({ replicaCount, variance }: Prediction): string {
  if (replicaCount === null) return ABSENT;
  if (variance?.source !== "measured") return count(replicaCount);
  return `≈ ${threeDigits(replicaCount)}`;
}

/** Formats the time of a run, with its range where that says more: `9 s (8 s to 1 min 12 s)`. */
function time({ seconds, secondsRange }: Prediction): string {
  if (seconds === null) return ABSENT;
  const text = shortDuration(seconds);
  if (secondsRange === null || secondsRange.upper < CERTAIN * secondsRange.lower) return text;
  const [least, most] = [shortDuration(secondsRange.lower), shortDuration(secondsRange.upper)];
  return least === most ? text : `${text} (${least} to ${most})`;
}
