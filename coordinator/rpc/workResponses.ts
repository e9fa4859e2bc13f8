import type { RunShard, RunSpecification } from "../../shared/kinds/kind.ts";
import type { WorkResponse } from "../../shared/wire/generated/lyapunov/v1/WorkResponse.ts";
import { messageType, sealedType } from "../../shared/wire/messageTypes.ts";
import { FleetService } from "../../shared/wire/protocol.ts";
import type { GrantedLease } from "../scheduler/events.ts";

const TASK = messageType("lyapunov.v1.ShardTask");

/** The type `lyapunov.v1.WorkResponse`, with the tasks of a grant's leases as encoded bytes. */
const SEALED_RESPONSE = sealedType("lyapunov.v1.WorkResponse", ["grant", "leases", "task"]);

/** What the coordinator says to a worker. */
export type WorkAnswer = WorkResponse | { readonly leases: readonly GrantedLease[] };

/** Encodes an answer. Grants take a shorter way, since a large fleet gets thousands a second. */
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

/** For each specification, the bytes that the tasks of all its shards have in common. */
const commonBytes = new WeakMap<RunSpecification, Uint8Array>();

function taskBytes({ specification, firstReplica, replicaCount }: RunShard): Uint8Array {
  let common = commonBytes.get(specification);
  if (common === undefined) {
    common = TASK.encode(TASK.fromObject(specification.kind.task(specification))).finish();
    commonBytes.set(specification, common);
  }
  // Encoded messages of one type, one after the other, decode to a message of all their fields.
  return Buffer.concat([common, TASK.encode({ firstReplica, replicaCount }).finish()]);
}
