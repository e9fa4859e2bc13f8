import { existsSync, writeFileSync } from "node:fs";

import compute, { type ThreadTask } from "../../../worker/pool/thread.ts";

/** Does what worker/pool/thread.ts does, but the first thread to get the second shard dies of it. */
export default async function computeOrDie(shard: ThreadTask) {
  const { firstReplica, replicaCount } = shard.task;
  const grave = process.env["LYAPUNOV_GRAVE"] ?? "";
  const computed = await compute(shard);
  if (firstReplica === replicaCount && !existsSync(grave)) {
    writeFileSync(grave, "");
    process.exit(1);
  }
  return computed;
}
