import { performance } from "node:perf_hooks";

import type { PropagationFields } from "../../shared/kinds/propagation/specification.ts";
import { count } from "../../shared/text/counts.ts";
import { withError } from "../../shared/text/numbers.ts";
import type { Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { needsCriticalGain } from "../sdk/criticalGain.ts";
import type { Cluster } from "./cluster.ts";
import { say } from "./streams.ts";

/**
 * Finds the critical gains that runs ask for by name and that have no closed form, by first runs,
 * whose progress and result are shown on standard error.
 *
 * @param onWatch is told of each first run before it is waited for
 */
export async function findCriticalGains(
  { api, callFlags }: Cluster,
  runs: readonly PropagationFields[],
  quiet: boolean,
  onWatch: (run: Run__Output) => void,
): Promise<PropagationFields[]> {
  if (!runs.some(needsCriticalGain)) return [...runs];
  const { withCriticalGains } = await import("../sdk/withCriticalGains.ts");
  return withCriticalGains(api, runs, async (_api, run) => {
    onWatch(run);
    const { watchRun } = await import("./watching.ts");
    const ended = await watchRun(api, run.name, {
      quiet,
      clock: () => performance.now() / 1000,
      callFlags,
      title: "critical gain",
    });
    if (!quiet) say(`${foundLine(ended)}\n`);
    return ended;
  });
}

function foundLine({ name, displayName, criticalGain, replicaCount, seed }: Run__Output): string {
  const gain = withError(criticalGain?.estimate, criticalGain?.standardError);
  return `${displayName}: ${gain}, by ${name} of ${count(replicaCount)} replicas, seed ${seed}`;
}
