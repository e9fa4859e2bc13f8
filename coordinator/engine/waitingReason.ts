import type { ActiveRun } from "../scheduler/activeRun.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";

/** Says in a sentence why no connected worker can go on with the run; undefined if one can. */
export function waitingReason(
  scheduler: Pick<Scheduler, "isBackendMissing" | "generatorMissing" | "unsettledDispute">,
  { name, backend }: ActiveRun,
): string | undefined {
  if (scheduler.isBackendMissing(name)) {
    return `it waits for a worker that has the backend ${backend}: no connected worker does`;
  }
  const generator = scheduler.generatorMissing(name);
  if (generator !== undefined) {
    return `it waits for a worker whose ${backend} is ${generator}, like that of its first shards`;
  }
  const dispute = scheduler.unsettledDispute(name);
  if (dispute === undefined) return undefined;
  const { shardIndex, workers } = dispute;
  return (
    `it waits for another worker: ${workers.join(" and ")} contradict each other on shard ` +
    `${shardIndex}, and no third worker can say which is right`
  );
}
