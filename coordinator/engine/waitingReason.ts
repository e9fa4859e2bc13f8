import type { ActiveRun } from "../scheduler/activeRun.ts";
import type { GeneratorWait } from "../scheduler/generators.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";

/** Most workers that a reason names. */
const MAXIMUM_NAMES = 3;

/** Says in a sentence why no connected worker can go on with the run; undefined if one can. */
export function waitingReason(
  scheduler: Pick<Scheduler, "isBackendMissing" | "generatorWait" | "unsettledDispute">,
  run: ActiveRun,
  displayNameOf: (worker: string) => string = (worker) => worker,
): string | undefined {
  const { name } = run;
  if (scheduler.isBackendMissing(name)) {
    return missingBackend(run);
  }
  const wait = scheduler.generatorWait(name);
  const names = (workers: readonly string[]) => listed(workers.map(displayNameOf));
  if (wait !== undefined) return generatorReason(wait, run, names);
  const dispute = scheduler.unsettledDispute(name);
  if (dispute === undefined) return undefined;
  const { shardIndex, workers } = dispute;
  return (
    `it waits for another worker: ${names(workers)} contradict each other on shard ` +
    `${shardIndex}, and no third worker can say which is right`
  );
}

function missingBackend({ backend, backends, isMixed, progress }: ActiveRun): string {
  if (isMixed) {
    return (
      `it waits for a worker that has one of the backends ${backends.join(", ")}: no connected ` +
      `worker does; start one`
    );
  }
  const { name } = progress.specification.kind;
  const work = name === "propagation" ? "" : ` and does runs of the kind ${name}`;
  return (
    `it waits for a worker that has the backend ${backend}${work}: no connected worker does; ` +
    `start one ${work === "" ? "" : "of this version "}with lyapunov work --backend ${backend}, ` +
    `or cancel the run and submit it with another backend`
  );
}

function generatorReason(
  { generator, silent, quietSeconds, standby, supersededInSeconds }: GeneratorWait,
  { backend, progress }: ActiveRun,
  names: (workers: readonly string[]) => string,
): string | undefined {
  const held = `${names(silent)}, which ${silent.length === 1 ? "holds" : "hold"} leases`;
  if (generator === undefined)
    return `it waits for ${held} and ${silent.length === 1 ? "has" : "have"} sent nothing yet`;
  const count = progress.recordedShards;
  const shards = count === 1 ? "its first shard" : `its first ${count} shards`;
  const kind = `${backend} is ${generator}, like that of ${shards}`;
  const since =
    quietSeconds === undefined ? "" : `; nothing has come for ${Math.round(quietSeconds)} s`;
  const wanted =
    silent.length === 0
      ? `it waits for a worker whose ${kind}`
      : `it waits for ${held}, and whose ${kind}${since}`;
  if (standby.length === 0) return wanted;
  const others = `${names(standby)}, with another ${backend},`;
  if (supersededInSeconds !== undefined) {
    const seconds = Math.ceil(supersededInSeconds);
    return `${wanted}; ${others} will compute all of it anew if nothing comes for another ${seconds} s`;
  }
  return `${wanted}; to have ${others} compute all of it anew, cancel the run and extend it`;
}

function listed(names: readonly string[]): string {
  const more = names.length - MAXIMUM_NAMES;
  const shown = names.slice(0, MAXIMUM_NAMES);
  if (more > 0) return `${shown.join(", ")} and ${more} more`;
  return [shown.slice(0, -1).join(", "), ...shown.slice(-1)]
    .filter((part) => part !== "")
    .join(" and ");
}
