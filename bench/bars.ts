import { printTable } from "./results.ts";
import { summarize, type Summary } from "./statistics.ts";

/** A bar that the project sets itself: a ratio, and the least that it may be. */
export interface Bar {
  readonly name: string;
  readonly least: number;
  /** The ratio in each round; empty if one of its sides was not measured. */
  readonly ratios: readonly number[];
}

export interface MeasuredBar extends Summary {
  readonly name: string;
  readonly least: number;
  /** Null if the ratio was not measured. */
  readonly met: boolean | null;
}

export function measuredBar({ name, least, ratios }: Bar): MeasuredBar {
  const summary = summarize(ratios);
  return { name, least, ...summary, met: ratios.length === 0 ? null : summary.median >= least };
}

export function printBars(bars: readonly MeasuredBar[]): void {
  const rows = bars.map(({ name, least, met, ...summary }) =>
    met === null
      ? [name, "not measured", "–", "–", least.toFixed(2), "–"]
      : [
          name,
          summary.median.toFixed(3),
          summary.halfInterquartileRange.toFixed(3),
          summary.standardError.toFixed(3),
          least.toFixed(2),
          met ? "met" : "NOT MET",
        ],
  );
  printTable(
    "Bars (medians of ratios round by round, half of their interquartile range, the median's standard error)",
    ["ratio", "measured", "±", "standard error", "at least", ""],
    rows,
  );
}
