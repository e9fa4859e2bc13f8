import { setTimeout as delay } from "node:timers/promises";

import { status as Code, type ServiceError } from "@grpc/grpc-js";

import type { Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep__Output } from "../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import type { SimulationApi } from "../sdk/api.ts";
import { ProgressBar, workState, type WatchStart } from "./presentation/progressBar.ts";

/** Longest wait for a coordinator that was lost. */
const PATIENCE_SECONDS = 60;
const RETRY_MILLISECONDS = 500;

export interface WatchOptions {
  /** Shows no progress at all. */
  readonly quiet: boolean;
  /** What the progress is of; default: `run` or `sweep`. */
  readonly title?: string;
  /** The time in seconds. */
  readonly clock: () => number;
  /** Flags that take the watch up again; default: the coordinator's address. */
  readonly callFlags?: string | undefined;
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
  return watch(
    api,
    name,
    options,
    "sweep",
    () => api.watchSweep(name),
    ({ runs }) => runs,
  );
}

async function watch<Watched>(
  api: SimulationApi,
  name: string,
  { quiet, clock, callFlags = `--coordinator ${api.address}`, title: given }: WatchOptions,
  title: string,
  open: () => AsyncIterable<Watched>,
  changedRuns: (watched: Watched) => readonly Run__Output[],
): Promise<Watched> {
  const bar = new ProgressBar(given ?? title, quiet);
  const runs = new Map<string, Run__Output>();
  let start: WatchStart | undefined;
  let last: Watched | undefined;
  let heardAt = clock();
  try {
    for (;;) {
      try {
        for await (const watched of open()) {
          last = watched;
          heardAt = clock();
          for (const run of changedRuns(watched)) runs.set(run.name, run);
          const state = workState([...runs.values()], start, heardAt);
          start ??= { at: heardAt, share: state.share, replicaCount: state.replicaCount };
          bar.update(state);
        }
        break;
      } catch (error) {
        if ((error as Partial<ServiceError>).code !== Code.UNAVAILABLE) throw error;
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

function lost(api: SimulationApi, name: string, callFlags: string, cause: unknown): Error {
  return new Error(
    `${name}: the coordinator at ${api.address} was lost; once it is back: ` +
      `lyapunov runs watch ${name} ${callFlags}`,
    { cause },
  );
}
