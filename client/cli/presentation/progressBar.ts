import { Presets, SingleBar } from "cli-progress";

import type { Progress__Output } from "../../../shared/wire/generated/lyapunov/v1/Progress.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { hasEnded, stateOf } from "../../../shared/wire/runStates.ts";
import { withError } from "../../../shared/charts/formats.ts";
import { exponentOf } from "../../../shared/charts/verdict.ts";
import { standardError } from "../streams.ts";

const SCALE = 1000;
/** Time between the lines that replace the bar where there is no terminal. */
const LINE_INTERVAL_MILLISECONDS = 5000;

/** How far the work of a run or a sweep has come. */
export interface WorkState {
  /** Share of the work that is done, 0 to 1. */
  readonly share: number;
  /** Replicas that have been propagated and accepted. */
  readonly replicaCount: number;
  readonly replicasPerSecond: number;
  readonly remainingSeconds: number | undefined;
  /** What has been done in words, such as `12/28 runs`. */
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
        stream: standardError(),
        noTTYOutput: true,
        notTTYSchedule: LINE_INTERVAL_MILLISECONDS,
        hideCursor: true,
        clearOnComplete: false,
        // The command handles Ctrl-C, and restores the cursor.
        gracefulExit: false,
      },
      Presets.shades_classic,
    );
    this.#bar.start(SCALE, 0, { caption: "…", rate: "0 replicas/s", left: "…" });
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

/** State of the work when the watch began; what was done before says nothing of the rate. */
export interface WatchStart {
  /** Time in seconds of the watcher's clock. */
  readonly at: number;
  /** Share of the work that was done by then. */
  readonly share: number;
  /** Replicas that were done by then. */
  readonly replicaCount: number;
}

/**
 * Sums up the work of several runs.
 *
 * @param now in seconds of the watcher's clock
 */
export function workState(
  runs: readonly Run__Output[],
  start: WatchStart | undefined,
  now: number,
): WorkState {
  const ended = runs.filter((run) => hasEnded(stateOf(run))).length;
  const share = runs.reduce((sum, run) => sum + shareOf(run), 0) / Math.max(1, runs.length);
  const sum = (field: (progress: Progress__Output) => number) =>
    runs.reduce((total, { progress }) => total + (progress ? field(progress) : 0), 0);
  const replicaCount = sum(({ completedReplicaCount }) => Number(completedReplicaCount));
  const elapsed = start === undefined ? 0 : now - start.at;
  const gained = share - (start?.share ?? share);
  const over = ended === runs.length;
  return {
    share,
    replicaCount,
    replicasPerSecond:
      over && elapsed > 0
        ? (replicaCount - (start?.replicaCount ?? 0)) / elapsed
        : sum(({ replicasPerSecond }) => replicasPerSecond),
    remainingSeconds: over ? 0 : gained > 0 ? (elapsed * (1 - share)) / gained : undefined,
    caption:
      !over && sum(({ leasedShardCount }) => leasedShardCount) === 0
        ? (runs.find(isWaiting)?.error ?? "waiting for a worker")
        : caption(runs, ended),
  };
}

/** Whether the coordinator says what it waits for. */
function isWaiting(run: Run__Output): boolean {
  return !hasEnded(stateOf(run)) && run.error !== "";
}

function shareOf(run: Run__Output): number {
  if (hasEnded(stateOf(run))) return 1;
  const planned = Math.max(1, run.progress?.plannedShardCount ?? 1);
  return Math.min(1, (run.progress?.completedShardCount ?? 0) / planned);
}

function caption(runs: readonly Run__Output[], ended: number): string {
  const [run] = runs;
  if (run === undefined || runs.length > 1) return `${ended}/${runs.length} runs`;
  const live = hasEnded(stateOf(run)) ? exponentOf(run) : run.progress?.liveLyapunovExponent;
  const replicas = `${readable(Number(run.progress?.completedReplicaCount ?? 0))} replicas`;
  if (live?.estimate === undefined) return replicas;
  return `${replicas} · λ̂ ${withError(live.estimate, live.standardError)}`;
}

function readable(value: number): string {
  return Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 }).format(
    value,
  );
}

/** Formats seconds for people: `8 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
