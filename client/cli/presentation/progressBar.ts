import { Writable } from "node:stream";

import { Presets, SingleBar } from "cli-progress";

import type { Progress__Output } from "../../../shared/wire/generated/lyapunov/v1/Progress.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { hasEnded, stateOf } from "../../../shared/wire/runStates.ts";
import { rough } from "../../../shared/text/counts.ts";
import { ABSENT, withError } from "../../../shared/text/numbers.ts";
import { exponentText } from "./exponentText.ts";
import { progressLine, type WorkState } from "./progressLine.ts";
import { canRedraw, outputColumns } from "./terminal.ts";
import { standardError } from "../streams.ts";

const SCALE = 1000;
/** Time between the lines that replace the bar where there is no terminal. */
const LINE_INTERVAL_MILLISECONDS = 5000;

/** Progress on standard error: a bar on a terminal that can redraw it, lines elsewhere, nothing if quiet. */
export class ProgressBar {
  readonly #bar: SingleBar | undefined;

  constructor(title: string, quiet: boolean) {
    if (quiet) return;
    this.#bar = new SingleBar(
      {
        format: (_options, _parameters, { state }: { readonly state?: WorkState }) =>
          progressLine(title, state, outputColumns(standardError()) - 1),
        stream: barStream(),
        noTTYOutput: true,
        notTTYSchedule: LINE_INTERVAL_MILLISECONDS,
        hideCursor: true,
        clearOnComplete: false,
        // The command handles Ctrl-C, and restores the cursor.
        gracefulExit: false,
      },
      Presets.shades_classic,
    );
    this.#bar.start(SCALE, 0, {});
  }

  update(state: WorkState): void {
    this.#bar?.update(Math.floor(state.share * SCALE), { state });
  }

  stop(): void {
    this.#bar?.stop();
  }
}

/** Where the bar is drawn; what is not known as a terminal gets lines. */
function barStream(): NodeJS.WritableStream {
  const stream = standardError();
  if (canRedraw(stream)) return stream;
  return new Writable({
    write(text: Buffer, _encoding, done) {
      stream.write(text);
      done();
    },
  });
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
    ...(runs.some(isOutOfReach) && { targetOutOfReach: true }),
    caption:
      !over && share < 1 && sum(({ leasedShardCount }) => leasedShardCount) === 0
        ? (runs.find(isWaiting)?.error ?? "waiting for a worker")
        : caption(runs, ended),
    estimate: estimateText(runs),
  };
}

/** Whether the coordinator says what it waits for. */
function isWaiting(run: Run__Output): boolean {
  return !hasEnded(stateOf(run)) && run.error !== "";
}

function isOutOfReach(run: Run__Output): boolean {
  return !hasEnded(stateOf(run)) && run.progress?.targetOutOfReach === true;
}

function shareOf(run: Run__Output): number {
  if (hasEnded(stateOf(run))) return 1;
  const planned = Math.max(1, run.progress?.plannedShardCount ?? 1);
  return Math.min(1, (run.progress?.completedShardCount ?? 0) / planned);
}

function caption(runs: readonly Run__Output[], ended: number): string {
  const [run] = runs;
  if (run === undefined || runs.length > 1) return `${ended}/${runs.length} runs`;
  return `${rough(Number(run.progress?.completedReplicaCount ?? 0))} replicas`;
}

function estimateText(runs: readonly Run__Output[]): string | undefined {
  const [run] = runs;
  if (run === undefined || runs.length > 1) return undefined;
  if (hasEnded(stateOf(run))) {
    const text = exponentText(run);
    return text === ABSENT ? undefined : `λ̂ ${text}`;
  }
  const live = run.progress?.liveLyapunovExponent;
  if (live?.estimate === undefined) return undefined;
  return `λ̂ ${withError(live.estimate, live.standardError)}`;
}
