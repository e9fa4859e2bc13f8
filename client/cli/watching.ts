import { setTimeout as delay } from "node:timers/promises";

import { status as Code, type ServiceError } from "@grpc/grpc-js";

import type { Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep__Output } from "../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import type { SimulationApi } from "../sdk/api.ts";
import { collectionOf } from "./names.ts";
import { ProgressBar, workState, type WatchStart } from "./presentation/progressBar.ts";

/** Longest wait for a coordinator that was lost. */
const PATIENCE_SECONDS = 60;
const RETRY_MILLISECONDS = 500;
/** Most runs of a sweep in one message: one has a kilobyte or two. */
const RUNS_PER_MESSAGE = 100;

export interface WatchOptions {
  /** Shows no progress at all. */
  readonly quiet: boolean;
  /** What the progress is of; default: `run` or `sweep`. */
  readonly title?: string;
  /** The time in seconds. */
  readonly clock: () => number;
  /** Flags that take the watch up again; default: the coordinator's address. */
  readonly callFlags?: string | undefined;
  /** Called with all runs whenever there is news of one. */
  readonly onNews?: (runs: readonly Run__Output[]) => void;
}

/** Shows a run's progress until it has ended, and returns it as it is then. */
export async function watchRun(
  api: SimulationApi,
  name: string,
  options: WatchOptions,
): Promise<Run__Output> {
  return watch(
    api,
    name,
    options,
    "run",
    () => api.watchRun(name),
    (run) => [run],
  );
}

/** Shows a sweep's progress until all its runs have ended, and returns it as it is then. */
export async function watchSweep(
  api: SimulationApi,
  name: string,
  options: WatchOptions,
): Promise<Sweep__Output> {
  // A message has some of the runs, the first ones from an old coordinator all of them.
  const runs = new Map<string, Run__Output>();
  const last = await watch(
    api,
    name,
    options,
    "sweep",
    () => api.watchSweep(name, RUNS_PER_MESSAGE),
    (sweep) => {
      for (const run of sweep.runs) runs.set(run.name, run);
      return runs.size < sweep.runCount ? [] : [...runs.values()];
    },
  );
  return { ...last, runs: [...runs.values()] };
}

async function watch<Watched>(
  api: SimulationApi,
  name: string,
  options: WatchOptions,
  title: string,
  open: () => AsyncIterable<Watched>,
  runsOf: (watched: Watched) => readonly Run__Output[],
): Promise<Watched> {
  const { quiet, clock, callFlags = `--coordinator ${api.address}`, onNews } = options;
  const bar = new ProgressBar(options.title ?? title, quiet);
  let start: WatchStart | undefined;
  let last: Watched | undefined;
  let heardAt = clock();
  try {
    for (;;) {
      try {
        for await (const watched of open()) {
          last = watched;
          heardAt = clock();
          const runs = runsOf(watched);
          // They are not all there yet.
          if (runs.length === 0) continue;
          onNews?.(runs);
          const state = workState(runs, start, heardAt);
          start ??= { at: heardAt, share: state.share, replicaCount: state.replicaCount };
          bar.update(state);
        }
        break;
      } catch (error) {
        if (!isPassing((error as Partial<ServiceError>).code)) throw error;
        // A coordinator that starts again takes its runs up by itself, and another may lead by then.
        if (last === undefined || clock() - heardAt > PATIENCE_SECONDS) {
          throw lost(api, name, callFlags, error);
        }
        await delay(RETRY_MILLISECONDS);
      }
    }
  } finally {
    bar.stop();
  }
  if (last === undefined) throw new Error(`${name}: the coordinator sent nothing`);
  return last;
}

/**
 * Whether a watch that failed may go on: RESOURCE_EXHAUSTED ends one that was read too slowly, and a
 * coordinator that was told to stop cancels those that are open.
 */
function isPassing(code: Code | undefined): boolean {
  return code === Code.UNAVAILABLE || code === Code.RESOURCE_EXHAUSTED || code === Code.CANCELLED;
}

function lost(api: SimulationApi, name: string, callFlags: string, cause: unknown): Error {
  return new Error(
    `${name}: the coordinator at ${api.address} was lost; once it is back: ` +
      `lyapunov ${collectionOf(name)} watch ${name} ${callFlags}`,
    { cause },
  );
}
