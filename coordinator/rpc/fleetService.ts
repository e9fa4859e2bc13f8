import type { ServerDuplexStream } from "@grpc/grpc-js";
import { status as Code } from "@grpc/grpc-js";
import type { Logger } from "pino";

import { BACKENDS, type DeviceBackend } from "../../shared/specification/backends.ts";
import { MAXIMUM_GENERATOR_LENGTH } from "../../shared/shard/shardTask.ts";
import { MAXIMUM_DISPLAY_NAME_LENGTH } from "../../shared/specification/specification.ts";
import { clipped } from "../../shared/specification/violations.ts";
import { partialDigest } from "../../shared/statistics/partialDigest.ts";
import { shortName } from "../../shared/wire/enumerations.ts";
import { ApiError, invalidField, toStatus } from "../../shared/wire/errorDetails.ts";
import type { Device__Output } from "../../shared/wire/generated/lyapunov/v1/Device.ts";
import type { FleetServiceHandlers } from "../../shared/wire/generated/lyapunov/v1/FleetService.ts";
import type { Join__Output } from "../../shared/wire/generated/lyapunov/v1/Join.ts";
import { FleetService } from "../../shared/wire/protocol.ts";
import { VERSION } from "../../shared/wire/version.ts";
import type { Door } from "../door/door.ts";
import type { PeerBook } from "../door/peerBook.ts";
import type { Engine } from "../engine/engine.ts";
import type { WorkerCommand, WorkerSink } from "../engine/workerSinks.ts";
import { unreadable } from "./guardedServer.ts";
import type { DeviceDescription, SchedulerEvent } from "../scheduler/events.ts";
import { atMost } from "../simulations/requests.ts";
import type { SchedulerOptions } from "../scheduler/options.ts";
import { UnreadableMessage } from "./messageBounds.ts";
import { readWorkRequest, type ReadWorkRequest } from "./workRequests.ts";
import { type WorkAnswer, writeWorkAnswer } from "./workResponses.ts";

/** A lease survives the loss of a few heartbeats. */
const HEARTBEATS_PER_LEASE = 10;
const MAXIMUM_SLOTS = 1024;
const MAXIMUM_DEVICES = 64;
const MAXIMUM_VERSION_LENGTH = 64;
/** A worker can wait for acknowledgements: so long they are gathered, to be sent together. */
const GATHER_MILLISECONDS = 100;

/** What of the scheduler's options the workers are told, or bounded by. */
type FleetOptions = Pick<SchedulerOptions, "leaseDurationSeconds" | "leasesPerSlot">;

type WorkStream = ServerDuplexStream<ReadWorkRequest, WorkAnswer>;

/** The service as its handlers know it. */
export const FLEET_SERVICE = {
  Work: {
    ...FleetService.service.Work,
    requestDeserialize: readWorkRequest,
    responseSerialize: writeWorkAnswer,
  },
};

/** The gRPC front of the coordinator for workers: one stream each, events in, commands out. */
export function fleetHandlers(
  engine: Engine,
  options: FleetOptions,
  door: Door,
  log: Logger,
): FleetServiceHandlers {
  return {
    Work: (stream) => {
      const { peer } = door.callerOf(stream.metadata);
      const session = new WorkSession(engine, options, door.peers, peer, log, stream);
      stream.on("data", (message: ReadWorkRequest | UnreadableMessage) => {
        session.receive(message);
      });
      stream.on("end", () => {
        session.leave();
        stream.end();
      });
      stream.on("cancelled", () => {
        session.leave();
      });
      stream.on("error", (error) => {
        log.debug({ err: error }, "a worker's stream broke");
        session.leave();
      });
    },
  };
}

class WorkSession implements WorkerSink {
  readonly #engine: Engine;
  readonly #options: FleetOptions;
  readonly #peers: PeerBook;
  readonly #peer: string;
  readonly #stream: WorkStream;
  #log: Logger;
  #worker: string | undefined;
  #displayName = "";
  /** Leases to acknowledge with the next message of that kind. */
  #acknowledged: number[] = [];
  #isOver = false;

  constructor(
    engine: Engine,
    options: FleetOptions,
    peers: PeerBook,
    peer: string,
    log: Logger,
    stream: WorkStream,
  ) {
    this.#engine = engine;
    this.#options = options;
    this.#peers = peers;
    this.#peer = peer;
    this.#log = log;
    this.#stream = stream;
  }

  get displayName(): string {
    return this.#displayName;
  }

  receive(message: ReadWorkRequest | UnreadableMessage): void {
    // What was sent before the end arrived. A join would write to a stream that is ending, and of
    // that grpc-js makes a call without an end.
    if (this.#isOver) return;
    try {
      if (message instanceof UnreadableMessage) throw unreadable(message);
      if (message.join && this.#worker === undefined) this.#join(message.join);
      else if (message.join) throw invalidField("join", "a stream is joined once; open another");
      else if (this.#worker === undefined)
        throw invalidField("message", "the first must be a join");
      // What a superseded stream still says was said again on the new one.
      else if (this.#engine.isAttached(this.#worker, this)) {
        this.#engine.dispatch(eventOf(this.#worker, message));
      }
    } catch (error) {
      const refusal =
        error instanceof ApiError
          ? error
          : new ApiError(Code.INTERNAL, "INTERNAL", "the coordinator failed; see its log");
      this.#isOver = true;
      this.#log.warn({ err: error }, "a worker's message was refused");
      this.#stream.emit("error", toStatus(refusal));
    }
  }

  leave(): void {
    this.#isOver = true;
    if (this.#worker === undefined || !this.#engine.isAttached(this.#worker, this)) return;
    this.#log.info("worker left");
    this.#peers.releaseLeases(this.#peer, this.#worker, this);
    this.#engine.detachWorker(this.#worker, this);
  }

  #join(join: Join__Output): void {
    const devices = readDevices(join);
    const displayName = clipped(join.displayName, MAXIMUM_DISPLAY_NAME_LENGTH);
    const reason =
      join.version === VERSION
        ? this.#engine.quarantineReason(join.workerId)
        : `it is version ${join.version === "" ? "unknown" : clipped(join.version, 40)} and the coordinator ${VERSION}; install the same`;
    if (reason !== undefined) {
      const quarantined = join.version === VERSION;
      this.#log.warn({ worker: join.workerId, displayName }, `worker refused: ${reason}`);
      this.#stream.write({ dismissal: { reason, quarantined } });
      this.#end();
      return;
    }
    const { leaseDurationSeconds, leasesPerSlot } = this.#options;
    const slots = devices.reduce((sum, { slotCount }) => sum + slotCount, 0);
    this.#peers.claimLeases(this.#peer, join.workerId, slots * leasesPerSlot, this);
    this.#worker = join.workerId;
    this.#displayName = displayName === "" ? join.workerId : displayName;
    this.#log = this.#log.child({ worker: join.workerId });
    const heartbeatIntervalSeconds = leaseDurationSeconds / HEARTBEATS_PER_LEASE;
    this.#stream.write({ welcome: { heartbeatIntervalSeconds, leaseDurationSeconds } });
    this.#engine.attachWorker(join.workerId, this);
    this.#log.info({ displayName, devices }, "worker joined");
    this.#engine.dispatch({
      kind: "worker_joined",
      worker: join.workerId,
      devices,
      heldLeases: join.heldLeaseIds.map(Number),
    });
  }

  send(command: WorkerCommand): void {
    if (command.kind === "acknowledge") {
      this.#acknowledge(command.leases);
      return;
    }
    // grpc-js buffers what the peer is slow to take; grants are bounded by what a worker may hold.
    this.#stream.write(messageOf(command));
    if (command.kind === "quarantine") this.#end();
  }

  #acknowledge(leases: readonly number[]): void {
    if (this.#acknowledged.length === 0) {
      setTimeout(() => {
        const leaseIds = this.#acknowledged;
        this.#acknowledged = [];
        if (!this.#isOver) this.#stream.write({ acknowledgement: { leaseIds } });
      }, GATHER_MILLISECONDS);
    }
    this.#acknowledged.push(...leases);
  }

  supersede(): void {
    if (this.#worker !== undefined) {
      // The later stream may come from elsewhere.
      this.#peers.releaseLeases(this.#peer, this.#worker, this);
    }
    this.#end();
  }

  #end(): void {
    this.#isOver = true;
    this.#stream.end();
  }
}

function readDevices(join: Join__Output): DeviceDescription[] {
  if (!/^[\w-]{1,64}$/.test(join.workerId)) {
    throw invalidField("join.worker_id", "give 1 to 64 letters, digits, - or _");
  }
  // Both go into the log, and the version into the dismissal.
  atMost("join.display_name", join.displayName, MAXIMUM_DISPLAY_NAME_LENGTH);
  atMost("join.version", join.version, MAXIMUM_VERSION_LENGTH);
  if (join.devices.length === 0 || join.devices.length > MAXIMUM_DEVICES) {
    throw invalidField("join.devices", `give 1 to ${MAXIMUM_DEVICES} devices`);
  }
  return join.devices.map((device, i) => {
    const { slotCount } = device;
    if (slotCount < 1 || slotCount > MAXIMUM_SLOTS) {
      throw invalidField(
        `join.devices[${i}].slot_count`,
        `${slotCount} is not allowed; give 1 to ${MAXIMUM_SLOTS}`,
      );
    }
    return { backends: readBackends(device, `join.devices[${i}]`), slotCount };
  });
}

/** What is said of a backend by its generator; one that is named alone has an unknown generator. */
function readBackends({ backends, deviceBackends }: Device__Output, path: string): DeviceBackend[] {
  const generators = new Map(backends.map((backend) => [shortName("backend", backend), ""]));
  for (const [i, { backend, generator }] of deviceBackends.entries()) {
    if (generator.length > MAXIMUM_GENERATOR_LENGTH) {
      throw invalidField(
        `${path}.device_backends[${i}].generator`,
        `${generator.length} characters are too many; give at most ${MAXIMUM_GENERATOR_LENGTH}`,
      );
    }
    generators.set(shortName("backend", backend), generator);
  }
  // A backend that this coordinator does not know can be asked for by none of its runs.
  return BACKENDS.flatMap((name) => {
    const generator = generators.get(name);
    return generator === undefined ? [] : [{ name, generator }];
  });
}

function eventOf(worker: string, message: ReadWorkRequest): SchedulerEvent {
  const { heartbeat, result, failure, drain } = message;
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
    const error = clipped(failure.error, 1000);
    return { kind: "shard_failed", worker, lease: Number(failure.leaseId), error };
  }
  if (drain) {
    return {
      kind: "worker_draining",
      worker,
      returnedLeases: drain.returnedLeaseIds.map(Number),
    };
  }
  throw invalidField("message", "nothing is given; give one of heartbeat, result, failure, drain");
}

function messageOf(command: Exclude<WorkerCommand, { kind: "acknowledge" }>): WorkAnswer {
  switch (command.kind) {
    case "grant":
      return { leases: command.leases };
    case "revoke":
      return { revoke: { leaseIds: [...command.leases] } };
    case "quarantine":
      return { dismissal: { reason: command.reason, quarantined: true } };
  }
}
