import type { Run__Output } from "../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep__Output } from "../shared/wire/generated/lyapunov/v1/Sweep.ts";
import type { SimulationApi } from "./api.ts";
import { ProgressBar, workState } from "./progressBar.ts";

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
  { quiet, clock }: WatchOptions,
): Promise<Run__Output> {
  const start = clock();
  const bar = new ProgressBar("run", quiet);
  try {
    let last: Run__Output | undefined;
    for await (const run of api.watchRun(name)) {
      last = run;
      bar.update(workState([run], start, clock()));
    }
    return last ?? (await api.getRun(name));
  } finally {
    bar.stop();
  }
}

/** Shows a sweep's progress until all its runs have ended, and returns it as it is then. */
export async function watchSweep(
  api: SimulationApi,
  name: string,
  { quiet, clock }: WatchOptions,
): Promise<Sweep__Output> {
  const start = clock();
  const bar = new ProgressBar("sweep", quiet);
  const runs = new Map<string, Run__Output>();
  try {
    let last: Sweep__Output | undefined;
    for await (const sweep of api.watchSweep(name)) {
      last = sweep;
      for (const run of sweep.runs) runs.set(run.name, run);
      bar.update(workState([...runs.values()], start, clock()));
    }
    return last ?? (await api.getSweep(name));
  } finally {
    bar.stop();
  }
}
