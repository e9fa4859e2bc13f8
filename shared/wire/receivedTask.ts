import type { ShardTask } from "../shard/shardTask.ts";
import type { ShardTask__Output } from "./generated/lyapunov/v1/ShardTask.ts";
import { FleetService } from "./protocol.ts";
import { shardTaskToMessage } from "./shardTaskMessages.ts";

/** A task as a worker receives it, for whoever has a pool and no coordinator. */
export function receivedTask(task: ShardTask): ShardTask__Output {
  const { responseSerialize, responseDeserialize } = FleetService.service.Work;
  const sent = responseSerialize({ grant: { leases: [{ task: shardTaskToMessage(task) }] } });
  const received = responseDeserialize(sent).grant?.leases[0]?.task;
  if (!received) throw new Error("a task got lost in a message");
  return received;
}
