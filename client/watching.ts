import { status as Code, type ServiceError } from "@grpc/grpc-js";

import type { Run__Output } from "../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep__Output } from "../shared/wire/generated/lyapunov/v1/Sweep.ts";
import type { SimulationApi } from "./api.ts";
import { CommandError, EXIT } from "./failure.ts";
import { ProgressBar, workState, type WatchStart } from "./progressBar.ts";

export interface WatchOptions {
  /** No progress at all. */
  readonly quiet: boolean;
  /** Seconds. */
  readonly clock: () => number;
}

/** Shows a run's progress until it has ended, and returns it as it is then. */
export async function watchRun(
  api: SimulationApi,
  name: string,
  options: WatchOptions,
): Promise<Run__Output> {
  return watch(api, name, options, "run", api.watchRun(name), (run) => [run]);
}

/** Shows a sweep's progress until all its runs have ended, and returns it as it is then. */
export async function watchSweep(
  api: SimulationApi,
  name: string,
  options: WatchOptions,
): Promise<Sweep__Output> {
  return watch(api, name, options, "sweep", api.watchSweep(name), ({ runs }) => runs);
}

async function watch<Watched>(
  api: SimulationApi,
  name: string,
  { quiet, clock }: WatchOptions,
  title: string,
  messages: AsyncIterable<Watched>,
  changedRuns: (watched: Watched) => readonly Run__Output[],
): Promise<Watched> {
  const bar = new ProgressBar(title, quiet);
  const runs = new Map<string, Run__Output>();
  let start: WatchStart | undefined;
  let last: Watched | undefined;
  try {
    for await (const watched of messages) {
      last = watched;
      for (const run of changedRuns(watched)) runs.set(run.name, run);
      const state = workState([...runs.values()], start, clock());
      start ??= { at: clock(), share: state.share, replicaCount: state.replicaCount };
      bar.update(state);
    }
  } catch (error) {
    if ((error as Partial<ServiceError>).code !== Code.UNAVAILABLE) throw error;
    throw new CommandError(
      `${name}: the coordinator at ${api.address} was lost; once it is back: ` +
        `lyapunov runs watch ${name} --coordinator ${api.address}`,
      EXIT.failed,
      { cause: error },
    );
  } finally {
    bar.stop();
  }
  if (last === undefined) throw new Error(`${name}: the coordinator sent nothing`);
  return last;
}
