import type { Engine } from "../coordinator/engine/engine.ts";
import type { WorkerCommand, WorkerSink } from "../coordinator/engine/workerSinks.ts";
import type { GrantedLease } from "../coordinator/scheduler/events.ts";
import { partialDigest } from "../shared/statistics/partialDigest.ts";
import { Random } from "../test/support/random.ts";
import { syntheticPartial } from "../test/support/syntheticPartials.ts";

/** Slots of a worker: with as many leases as they may hold, eight workers have 2,000 shards out. */
const SLOTS = 4;
/** Time that a shard is said to take: so short that every device always gets the most leases. */
const COMPUTE_SECONDS = 0.001;
const HEARTBEAT_MILLISECONDS = 2000;
/** Answers of all workers in one turn of the event loop. */
const ANSWERS_AT_ONCE = 256;

/** Workers in the engine's own process that answer their leases out of order. */
export class ShuffledFleet {
  readonly #engine: Engine;
  readonly #workers: readonly ShuffledWorker[];
  readonly #heartbeats: NodeJS.Timeout;
  #answering: NodeJS.Immediate | undefined;

  constructor(engine: Engine, count: number) {
    this.#engine = engine;
    const random = new Random(1);
    this.#workers = Array.from({ length: count }, (_, i) => {
      const worker = new ShuffledWorker(engine, `worker-${i}`, random);
      worker.join();
      return worker;
    });
    this.#heartbeats = setInterval(() => {
      for (const worker of this.#workers) worker.live();
    }, HEARTBEAT_MILLISECONDS);
    this.#answerOn();
  }

  leave(): void {
    clearInterval(this.#heartbeats);
    clearImmediate(this.#answering);
    for (const worker of this.#workers) this.#engine.detachWorker(worker.id, worker);
  }

  #answerOn(): void {
    this.#answering = setImmediate(() => {
      for (let i = 0; i < ANSWERS_AT_ONCE / this.#workers.length; i++) {
        for (const worker of this.#workers) worker.answerOne();
      }
      this.#answerOn();
    });
  }
}

class ShuffledWorker implements WorkerSink {
  readonly id: string;
  readonly #engine: Engine;
  readonly #random: Random;
  /** Leases that the worker holds, in no order. */
  #held: GrantedLease[] = [];
  /** Leases that are answered but not acknowledged yet. */
  readonly #answered = new Set<number>();

  constructor(engine: Engine, id: string, random: Random) {
    this.#engine = engine;
    this.id = id;
    this.#random = random;
  }

  join(): void {
    const devices = [{ backends: [{ name: "simd" as const, generator: "" }], slotCount: SLOTS }];
    this.#engine.attachWorker(this.id, this);
    this.#engine.dispatch({ kind: "worker_joined", worker: this.id, devices, heldLeases: [] });
  }

  live(): void {
    const heldLeases = [...this.#held.map(({ id }) => id), ...this.#answered];
    this.#engine.dispatch({ kind: "heartbeat", worker: this.id, heldLeases });
  }

  send(command: WorkerCommand): void {
    switch (command.kind) {
      case "grant":
        this.#held.push(...command.leases);
        break;
      case "revoke": {
        const revoked = new Set(command.leases);
        this.#held = this.#held.filter(({ id }) => !revoked.has(id));
        break;
      }
      case "acknowledge":
        for (const lease of command.leases) this.#answered.delete(lease);
        break;
      case "quarantine":
        throw new Error(command.reason);
    }
  }

  supersede(): void {
    throw new Error(`${this.id} has joined once`);
  }

  /** Answers one of the leases that the worker holds, at random. */
  answerOne(): void {
    const place = this.#random.integer(this.#held.length);
    const lease = this.#held[place];
    const last = this.#held.pop();
    if (lease === undefined || last === undefined) return;
    if (lease !== last) this.#held[place] = last;
    this.#answered.add(lease.id);
    const partial = syntheticPartial(lease.task);
    this.#engine.dispatch({
      kind: "shard_result",
      worker: this.id,
      lease: lease.id,
      run: lease.run,
      shardIndex: lease.shardIndex,
      partial,
      digest: partialDigest(partial),
      computeSeconds: COMPUTE_SECONDS,
    });
  }
}
