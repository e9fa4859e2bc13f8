import { Presets, SingleBar } from "cli-progress";

import { shortName } from "../shared/wire/enumerations.ts";
import type { Run__Output } from "../shared/wire/generated/lyapunov/v1/Run.ts";

const SCALE = 1000;
/** Without a terminal, a line now and then instead of a bar. */
const LINE_INTERVAL_MILLISECONDS = 5000;

/** Work done and work in all, of one run or of a sweep. */
export interface WorkState {
  /** 0 … 1. */
  readonly share: number;
  readonly replicasPerSecond: number;
  readonly remainingSeconds: number | undefined;
  /** Such as `12/28 runs`. */
  readonly caption: string;
}

/** Progress on standard error: a bar on a terminal, lines elsewhere, nothing if quiet. */
export class ProgressBar {
  readonly #bar: SingleBar | undefined;

  constructor(title: string, quiet: boolean) {
    if (quiet) return;
    this.#bar = new SingleBar(
      {
        format: `${title} {bar} {percentage}% · {caption} · {rate} · {left}`,
        stream: process.stderr,
        noTTYOutput: true,
        notTTYSchedule: LINE_INTERVAL_MILLISECONDS,
        hideCursor: true,
        clearOnComplete: false,
        // Ctrl-C is handled where the command is, which also restores the cursor.
        gracefulExit: false,
      },
      Presets.shades_classic,
    );
    this.#bar.start(SCALE, 0, { caption: "waiting for a worker", rate: "0 replicas/s", left: "…" });
  }

  update(state: WorkState): void {
    this.#bar?.update(Math.floor(state.share * SCALE), {
      caption: state.caption,
      rate: `${readable(state.replicasPerSecond)} replicas/s`,
      left: state.remainingSeconds === undefined ? "…" : `${duration(state.remainingSeconds)} left`,
    });
  }

  stop(): void {
    this.#bar?.stop();
  }
}

/** The work of runs taken together; `now` and `start` are seconds of one clock. */
export function workState(runs: readonly Run__Output[], start: number, now: number): WorkState {
  let share = 0;
  let replicasPerSecond = 0;
  let ended = 0;
  let leased = 0;
  for (const run of runs) {
    const { progress } = run;
    const done = isOver(run);
    if (done) ended += 1;
    const planned = Math.max(1, progress?.plannedShardCount ?? 1);
    share += done ? 1 : Math.min(1, (progress?.completedShardCount ?? 0) / planned);
    replicasPerSecond += progress?.replicasPerSecond ?? 0;
    leased += progress?.leasedShardCount ?? 0;
  }
  share /= Math.max(1, runs.length);
  const idle = leased === 0 && ended < runs.length;
  return {
    share,
    replicasPerSecond,
    remainingSeconds: share > 0 ? ((now - start) * (1 - share)) / share : undefined,
    caption: idle
      ? "waiting for a worker"
      : runs.length === 1
        ? `${runs[0]?.progress?.completedReplicaCount ?? 0} replicas`
        : `${ended}/${runs.length} runs`,
  };
}

/** Whether the run has ended, in whatever state. */
export function isOver(run: Run__Output): boolean {
  return ["SUCCEEDED", "FAILED", "CANCELLED"].includes(shortName("state", run.state) ?? "");
}

function readable(value: number): string {
  return Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 }).format(
    value,
  );
}

/** Seconds for people: `8 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
