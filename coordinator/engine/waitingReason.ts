import type { ActiveRun } from "../scheduler/activeRun.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";

/** Says in a sentence why no connected worker can go on with the run; undefined if one can. */
export function waitingReason(
  scheduler: Pick<Scheduler, "isBackendMissing" | "generatorMissing" | "unsettledDispute">,
  { name, backend }: ActiveRun,
): string | undefined {
  if (scheduler.isBackendMissing(name)) {
    return `it waits for a worker that has the backend ${backend}: none of those connected does`;
  }
  const generator = scheduler.generatorMissing(name);
  if (generator !== undefined) {
    return `it waits for a worker whose ${backend} is ${generator}, as its first shards have it`;
  }
  const dispute = scheduler.unsettledDispute(name);
  if (dispute === undefined) return undefined;
  const { shardIndex, workers } = dispute;
  return (
    `it waits for another worker: ${workers.join(" and ")} contradict one another on shard ` +
    `${shardIndex}, and nobody is there to say who is right`
  );
}
