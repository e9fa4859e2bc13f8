import { setImmediate as nextTurn } from "node:timers/promises";

import type { Backend } from "../backend.ts";
import { rangesOf } from "./ranges.ts";
import type { WaitingTask } from "./waitingTask.ts";

/** Most replicas to compute without a break in which the device is looked after. */
const REPLICAS_AT_ONCE = 4;

/** Computes the replicas that the device doubted with another backend, and puts its answers in place. */
export async function recomputeDoubted(waiting: WaitingTask, backend: Backend): Promise<void> {
  const { task, doubted, values, advanced } = waiting;
  if (doubted.size === 0) return;
  const places = [...doubted].toSorted((a, b) => a - b);
  for (const { first, count } of rangesOf(places, REPLICAS_AT_ONCE)) {
    const part = { ...task, firstReplica: task.firstReplica + first, replicaCount: count };
    const { values: found } = await backend.propagate(part, advanced);
    for (const position of task.depths.keys()) {
      const row = found.subarray(position * count, (position + 1) * count);
      values.set(row, position * task.replicaCount + first);
    }
    await nextTurn();
  }
}
