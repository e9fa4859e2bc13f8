import type { Chart } from "../../shared/charts/chart.ts";
import type { Run, Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Measurement } from "./check.ts";

/** How much is computed: for a look in three minutes, or with everything. */
export type Scale = "quick" | "full";

/** A claim, what must be computed to judge it, how it is judged and what it looks like. */
export interface Claim {
  /** A short name, for `--only` and for files. */
  readonly id: string;
  readonly title: string;
  /** The claim in plain sentences. */
  readonly statement: string;
  /** How it is judged, in plain sentences. */
  readonly method: string;
  /** Probability that it is said not to hold though it does; default: FALSE_ALARM_RATE. */
  readonly falseAlarmRate?: number;
  /** The runs that it needs, as one sweep. */
  readonly runs: (scale: Scale) => readonly Run[];
  /** What the runs say, beside what the claim says that they must say. */
  readonly measure: (runs: readonly Run__Output[]) => readonly Measurement[];
  readonly figures: (runs: readonly Run__Output[]) => readonly Figure[];
  /** Tables of what the figures show, in Markdown; default: none. */
  readonly tables?: (runs: readonly Run__Output[]) => readonly string[];
}

/** A picture of a report. */
export interface Figure {
  /** Name of its file, without the ending. */
  readonly name: string;
  /** What is to be seen, in a sentence. */
  readonly caption: string;
  readonly picture: Chart;
}
