import type { ShardTask__Output } from "../wire/generated/lyapunov/v1/ShardTask.ts";
import { FleetService } from "../wire/protocol.ts";
import type { RunShard } from "./kind.ts";

/** A shard's task as a worker would receive it, for callers with a pool and no coordinator. */
export function receivedTask({
  specification,
  firstReplica,
  replicaCount,
}: RunShard): ShardTask__Output {
  const { responseSerialize, responseDeserialize } = FleetService.service.Work;
  const task = { ...specification.kind.task(specification), firstReplica, replicaCount };
  const sent = responseSerialize({ grant: { leases: [{ task }] } });
  const received = responseDeserialize(sent).grant?.leases[0]?.task;
  if (!received) throw new Error("a task got lost in a message");
  return received;
}
