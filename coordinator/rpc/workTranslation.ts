import { clipped } from "../../shared/specification/violations.ts";
import { partialDigest } from "../../shared/statistics/partialDigest.ts";
import { invalidField, invalidMessage } from "../../shared/wire/errorDetails.ts";
import type { WorkerCommand } from "../engine/workerSinks.ts";
import type { SchedulerEvent } from "../scheduler/events.ts";
import type { ReadWorkRequest } from "./workRequests.ts";
import type { WorkAnswer } from "./workResponses.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

const MAXIMUM_ERROR_LENGTH = 1000;

/**
 * The scheduler's event for what a worker that has joined says.
 *
 * @throws ApiError INVALID_ARGUMENT if it says nothing
 */
export function eventOf(worker: string, request: ReadWorkRequest): SchedulerEvent {
  const { heartbeat, result, failure, drain } = request;
  if (heartbeat) {
    return { kind: "heartbeat", worker, heldLeases: heartbeat.heldLeaseIds.map(Number) };
  }
  if (result?.partial) {
    const { lease, run, shardIndex, partial, computeSeconds } = result;
    const digest = partialDigest(partial);
    return {
      kind: "shard_result",
      worker,
      lease,
      run,
      shardIndex,
      partial,
      digest,
      computeSeconds,
    };
  }
  if (failure) {
    const error = clipped(reasonOf(failure.error), MAXIMUM_ERROR_LENGTH);
    return { kind: "shard_failed", worker, lease: Number(failure.leaseId), error };
  }
  if (drain) {
    return {
      kind: "worker_draining",
      worker,
      returnedLeases: drain.returnedLeaseIds.map(Number),
    };
  }
  if (result) throw invalidField("result.partial", "it is missing; give the shard's sums");
  throw invalidMessage("the message is empty; give one of heartbeat, result, failure and drain");
}

/** The response that carries a command to its worker; acknowledgements are gathered first. */
export function responseOf(command: Exclude<WorkerCommand, { kind: "acknowledge" }>): WorkAnswer {
  switch (command.kind) {
    case "grant":
      return { leases: command.leases };
    case "revoke":
      return { revoke: { leaseIds: [...command.leases] } };
    case "quarantine":
      return { dismissal: { reason: command.reason, quarantined: true } };
  }
}
