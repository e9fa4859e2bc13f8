import type { ServerDuplexStream } from "@grpc/grpc-js";
import { status as Code } from "@grpc/grpc-js";
import type { Logger } from "pino";

import { clipped } from "../../shared/specification/violations.ts";
import { ApiError, invalidField, toStatus } from "../../shared/wire/errorDetails.ts";
import type { Join__Output } from "../../shared/wire/generated/lyapunov/v1/Join.ts";
import { VERSION } from "../../shared/wire/version.ts";
import type { PeerBook } from "../door/peerBook.ts";
import type { Engine } from "../engine/engine.ts";
import type { WorkerCommand, WorkerSink } from "../engine/workerSinks.ts";
import type { SchedulerOptions } from "../scheduler/options.ts";
import { unreadable } from "./guardedServer.ts";
import { UnreadableMessage } from "./messageBounds.ts";
import { readJoin } from "./workerJoin.ts";
import { leaseAnswered, type ReadWorkRequest } from "./workRequests.ts";
import type { WorkAnswer } from "./workResponses.ts";
import { eventOf, responseOf } from "./workTranslation.ts";

/** A lease survives the loss of a few heartbeats. */
const HEARTBEATS_PER_LEASE = 10;
/** A worker can wait for acknowledgements: they are gathered for so long, and sent together. */
const GATHER_MILLISECONDS = 100;
const MAXIMUM_VERSION_IN_REASON = 40;
const FAILED = "the coordinator failed; see its log";
const MAXIMUM_REFUSAL_IN_ERROR = 1000;

/** The scheduler's options that workers are told, or bounded by. */
export type FleetOptions = Pick<SchedulerOptions, "leaseDurationSeconds" | "leasesPerSlot">;

interface SessionOptions {
  readonly engine: Engine;
  readonly options: FleetOptions;
  readonly peers: PeerBook;
  /** Whose limits the worker's leases count against. */
  readonly peer: string;
  readonly log: Logger;
  readonly stream: ServerDuplexStream<ReadWorkRequest, WorkAnswer>;
}

/** A worker's stream, from its join to its end. */
export class WorkSession implements WorkerSink {
  readonly #engine: Engine;
  readonly #options: FleetOptions;
  readonly #peers: PeerBook;
  readonly #peer: string;
  readonly #stream: SessionOptions["stream"];
  #log: Logger;
  #worker: string | undefined;
  #displayName = "";
  /** Leases of the next acknowledgement. */
  #acknowledged: number[] = [];
  #isOver = false;

  constructor({ engine, options, peers, peer, log, stream }: SessionOptions) {
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

  receive(request: ReadWorkRequest | UnreadableMessage): void {
    // What was sent before the end arrived. A join would write to a stream that is ending, and of
    // that grpc-js makes a call without an end.
    if (this.#isOver) return;
    try {
      if (request instanceof UnreadableMessage) throw unreadable(request);
      if (request.join && this.#worker === undefined) this.#join(request.join);
      else if (request.join)
        throw invalidField("join", "a stream can join only once; open another");
      else if (this.#worker === undefined)
        throw invalidField("join", "it is missing; give it in the first message of every stream");
      // What a superseded stream still says was said again on the new one.
      else if (this.#engine.isAttached(this.#worker, this)) {
        this.#engine.dispatch(eventOf(this.#worker, request));
      }
    } catch (error) {
      this.#log.warn({ err: error }, "a worker's message was refused");
      if (error instanceof ApiError) this.#refuse(request, error);
      else this.#end(new ApiError(Code.INTERNAL, "INTERNAL", FAILED));
    }
  }

  /**
   * Ends the stream over a message that the contract does not allow. If it answers a lease, it is
   * acknowledged and counts as a failure of the shard. Otherwise a worker that keeps its results
   * would repeat it on one stream after another, and keep the shard for ever.
   */
  #refuse(request: ReadWorkRequest | UnreadableMessage, refusal: ApiError): void {
    const worker = this.#worker;
    const isHeard = worker !== undefined && this.#engine.isAttached(worker, this);
    const lease = isHeard ? answered(request) : undefined;
    if (lease !== undefined) this.#stream.write({ acknowledgement: { leaseIds: [lease] } });
    this.#end(refusal);
    if (worker === undefined || lease === undefined) return;
    // The worker is detached now, so that the shard is not granted to it on a stream that ends.
    const error = `a refused message: ${clipped(refusal.message, MAXIMUM_REFUSAL_IN_ERROR)}`;
    this.#engine.dispatch({ kind: "shard_failed", worker, lease, error });
  }

  leave(): void {
    this.#isOver = true;
    if (this.#worker === undefined || !this.#engine.isAttached(this.#worker, this)) return;
    this.#log.info("worker left");
    this.#peers.releaseLeases(this.#peer, this.#worker, this);
    this.#engine.detachWorker(this.#worker, this);
  }

  #join(message: Join__Output): void {
    const { worker, displayName, version, devices, heldLeases } = readJoin(message);
    const reason = version === VERSION ? this.#engine.quarantineReason(worker) : misfit(version);
    if (reason !== undefined) {
      const quarantined = version === VERSION;
      this.#log.warn({ worker, displayName }, `worker refused: ${reason}`);
      this.#stream.write({ dismissal: { reason, quarantined } });
      this.#end();
      return;
    }
    const { leaseDurationSeconds, leasesPerSlot } = this.#options;
    const slots = devices.reduce((sum, { slotCount }) => sum + slotCount, 0);
    this.#peers.claimLeases(this.#peer, worker, slots * leasesPerSlot, this);
    this.#worker = worker;
    this.#displayName = displayName === "" ? worker : displayName;
    this.#log = this.#log.child({ worker });
    const heartbeatIntervalSeconds = leaseDurationSeconds / HEARTBEATS_PER_LEASE;
    this.#stream.write({ welcome: { heartbeatIntervalSeconds, leaseDurationSeconds } });
    this.#engine.attachWorker(worker, this);
    this.#log.info({ displayName, devices }, "worker joined");
    this.#engine.dispatch({ kind: "worker_joined", worker, devices, heldLeases });
  }

  send(command: WorkerCommand): void {
    if (command.kind === "acknowledge") {
      this.#acknowledge(command.leases);
      return;
    }
    // grpc-js buffers what the peer is slow to take; grants are bounded by what a worker may hold.
    this.#stream.write(responseOf(command));
    if (command.kind === "quarantine") this.#end();
  }

  #acknowledge(leases: readonly number[]): void {
    if (this.#acknowledged.length === 0) {
      setTimeout(() => {
        const gathered = this.#acknowledged;
        this.#acknowledged = [];
        if (!this.#isOver) this.#stream.write({ acknowledgement: { leaseIds: gathered } });
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

  #end(error?: ApiError): void {
    this.#isOver = true;
    if (error === undefined) this.#stream.end();
    else this.#stream.emit("error", toStatus(error));
  }
}

/** The lease that a worker's message answers, if it is a result or a failure. */
function answered(request: ReadWorkRequest | UnreadableMessage): number | undefined {
  if (!(request instanceof UnreadableMessage)) return request.result?.lease;
  return request.bytes === undefined ? undefined : leaseAnswered(request.bytes);
}

/** Why a worker of another version is refused. */
function misfit(version: string): string {
  const named = version === "" ? "unknown" : clipped(version, MAXIMUM_VERSION_IN_REASON);
  return `it is version ${named} and the coordinator is ${VERSION}; install the same version`;
}
