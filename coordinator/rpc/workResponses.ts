import type { ShardTask } from "../../shared/shard/shardTask.ts";
import type { WorkResponse } from "../../shared/wire/generated/lyapunov/v1/WorkResponse.ts";
import { messageType, sealedType } from "../../shared/wire/messageTypes.ts";
import { FleetService } from "../../shared/wire/protocol.ts";
import { shardTaskToMessage } from "../../shared/wire/shardTaskMessages.ts";
import type { GrantedLease } from "../scheduler/events.ts";

const TASK = messageType("lyapunov.v1.ShardTask");

/** `lyapunov.v1.WorkResponse`, with the tasks of a grant's leases as the bytes that they are already. */
const SEALED_RESPONSE = sealedType("lyapunov.v1.WorkResponse", ["grant", "leases", "task"]);

/** What the coordinator has to say to a worker. */
export type WorkAnswer = WorkResponse | { readonly leases: readonly GrantedLease[] };

/** Writes it. Grants, of which a large fleet is given thousands in a second, go a shorter way. */
export function writeWorkAnswer(answer: WorkAnswer): Buffer {
  if (!("leases" in answer)) return FleetService.service.Work.responseSerialize(answer);
  const leases = answer.leases.map(({ id, task, ...lease }) => ({
    leaseId: id,
    ...lease,
    task: taskBytes(task),
  }));
  const bytes = SEALED_RESPONSE.encode({ grant: { leases } }).finish();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** What the tasks of all shards of a run have in common, by an object that these share. */
const commonBytes = new WeakMap<object, Uint8Array>();

function taskBytes(task: ShardTask): Uint8Array {
  const { firstReplica, replicaCount, sketchBinWidths } = task;
  let common = commonBytes.get(sketchBinWidths);
  if (common === undefined) {
    const { firstReplica: _first, replicaCount: _count, ...rest } = shardTaskToMessage(task);
    common = TASK.encode(TASK.fromObject(rest)).finish();
    commonBytes.set(sketchBinWidths, common);
  }
  // A message's bytes one after the other are the message of all their fields.
  return Buffer.concat([common, TASK.encode({ firstReplica, replicaCount }).finish()]);
}
