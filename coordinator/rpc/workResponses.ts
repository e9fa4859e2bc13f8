import protobuf from "protobufjs";

import type { RunShard, RunSpecification } from "../../shared/kinds/kind.ts";
import type { WorkResponse } from "../../shared/wire/generated/lyapunov/v1/WorkResponse.ts";
import { messageType } from "../../shared/wire/messageTypes.ts";
import { FleetService } from "../../shared/wire/protocol.ts";
import type { GrantedLease } from "../scheduler/events.ts";

const TASK = messageType("lyapunov.v1.ShardTask");

/**
 * Grants as `lyapunov.v1.WorkResponse` has them, but for the tasks, which are bytes already: on the
 * wire a message is its bytes.
 */
const SEALED_RESPONSE = protobuf.Root.fromJSON({
  nested: {
    SealedResponse: { fields: { grant: { id: 2, type: "SealedGrant" } } },
    SealedGrant: { fields: { leases: { rule: "repeated", id: 1, type: "SealedLease" } } },
    SealedLease: {
      fields: {
        leaseId: { id: 1, type: "uint64" },
        run: { id: 2, type: "string" },
        shardIndex: { id: 3, type: "int32" },
        attempt: { id: 4, type: "int32" },
        deviceIndex: { id: 5, type: "int32" },
        task: { id: 6, type: "bytes" },
      },
    },
  },
}).lookupType("SealedResponse");

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

/** Bytes of what the tasks of all shards of a run have in common. */
const commonBytes = new WeakMap<RunSpecification, Uint8Array>();

function taskBytes({ specification, firstReplica, replicaCount }: RunShard): Uint8Array {
  let common = commonBytes.get(specification);
  if (common === undefined) {
    common = TASK.encode(TASK.fromObject(specification.kind.task(specification))).finish();
    commonBytes.set(specification, common);
  }
  // A message's bytes one after the other are the message of all their fields.
  return Buffer.concat([common, TASK.encode({ firstReplica, replicaCount }).finish()]);
}
