import assert from "node:assert/strict";

import { hasEnded, stateOf } from "../../../shared/wire/runStates.ts";
import type { Cluster } from "./cluster.ts";

/** The name of the cluster's only run, once about half of its shards are completed. */
export async function halfDone(cluster: Cluster): Promise<string> {
  const name = await cluster.onlyRun();
  for await (const run of cluster.api.watchRun(name)) {
    const { completedShardCount = 0, plannedShardCount = 0 } = run.progress ?? {};
    assert.ok(!hasEnded(stateOf(run)), "the run ended before it could be disturbed");
    if (2 * completedShardCount >= plannedShardCount) break;
  }
  return name;
}
