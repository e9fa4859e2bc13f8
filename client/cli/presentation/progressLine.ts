import { duration, rough } from "../../../shared/text/counts.ts";
import { widthOf, wrapped } from "./wrap.ts";

/** How far the work of a run or a sweep has come. */
export interface WorkState {
  /** Share of the work that is done, 0 to 1. */
  readonly share: number;
  /** Replicas that have been propagated and accepted. */
  readonly replicaCount: number;
  readonly replicasPerSecond: number;
  readonly remainingSeconds: number | undefined;
  /** What has been done, or is waited for, in words, such as `12/28 runs`. */
  readonly caption: string;
  /** The estimate so far; undefined while there is none, and for several runs. */
  readonly estimate: string | undefined;
}

const MOST_BAR = 40;
const LEAST_BAR = 8;

/** What a line shows, from its left to its right. */
interface Layout {
  readonly title?: string;
  readonly hasBar?: boolean;
  readonly parts: readonly string[];
}

/**
 * Formats the progress in one line no longer than the columns. Where there is too little room, the
 * bar gets shorter; then go the number of replicas, the rate, the bar, the title and the time left.
 * What stays is the share that is done, and the estimate with its error.
 */
export function progressLine(title: string, state: WorkState | undefined, columns: number): string {
  const {
    share = 0,
    caption = "…",
    estimate,
    replicasPerSecond = 0,
    remainingSeconds,
  } = state ?? {};
  const rate = `${rough(replicasPerSecond)} replicas/s`;
  const left = remainingSeconds === undefined ? "…" : `${duration(remainingSeconds)} left`;
  // Where there is no estimate, the caption says how far the work is, or what it waits for.
  const essential = estimate ?? caption;
  const whole = estimate === undefined ? [caption] : [caption, estimate];
  const layouts: readonly Layout[] = [
    { title, hasBar: true, parts: [...whole, rate, left] },
    { title, hasBar: true, parts: [essential, rate, left] },
    { title, hasBar: true, parts: [essential, left] },
    { title, parts: [essential, left] },
    { parts: [essential, left] },
    { parts: [essential] },
  ];
  for (const layout of layouts) {
    const line = laidOut(layout, share, columns);
    if (line !== undefined) return line;
  }
  const [start = ""] = wrapped(`${percentage(share)} · ${essential}`, columns - 1);
  return `${start}…`;
}

/** The line with as long a bar as there is room for; undefined if it does not fit. */
function laidOut({ title, hasBar, parts }: Layout, share: number, columns: number) {
  const line = (...bar: readonly string[]) => {
    const head = [...(title === undefined ? [] : [title]), ...bar, percentage(share)].join(" ");
    return [head, ...parts].join(" · ");
  };
  const room = columns - widthOf(line());
  if (hasBar !== true) return room >= 0 ? line() : undefined;
  const length = Math.min(MOST_BAR, room - 1);
  return length >= LEAST_BAR ? line(drawn(share, length)) : undefined;
}

function drawn(share: number, length: number): string {
  const done = Math.round(Math.min(1, share) * length);
  return "█".repeat(done) + "░".repeat(length - done);
}

function percentage(share: number): string {
  return `${Math.floor(100 * share)}%`;
}
