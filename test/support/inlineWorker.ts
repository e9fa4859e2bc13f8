import type { Engine } from "../../coordinator/engine/engine.ts";
import type { WorkerCommand, WorkerSink } from "../../coordinator/engine/workerSinks.ts";
import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";
import { digestOf, syntheticPartial } from "./syntheticPartials.ts";

/** A worker without a stream or threads: it answers its leases as soon as it may. */
export class InlineWorker implements WorkerSink {
  /** Shards that the worker has propagated, as `run#index`. */
  readonly propagated: string[] = [];
  readonly #engine: Engine;
  readonly #id: string;
  /** How many more leases the worker may answer. */
  #allowance: number;
  readonly #generator: string | undefined;
  readonly #change: (partial: ShardPartial) => ShardPartial;

  /** @param change what the worker answers instead of a true partial. */
  constructor(
    engine: Engine,
    id: string,
    allowance = Infinity,
    generator?: string,
    change = (partial: ShardPartial): ShardPartial => partial,
  ) {
    this.#engine = engine;
    this.#id = id;
    this.#allowance = allowance;
    this.#generator = generator;
    this.#change = change;
    engine.attachWorker(id, this);
    engine.dispatch({
      kind: "worker_joined",
      worker: id,
      devices: [{ backends: [{ name: "simd", generator: generator ?? "" }], slotCount: 2 }],
      heldLeases: [],
    });
  }

  leave(): void {
    this.#allowance = 0;
    this.#engine.detachWorker(this.#id, this);
  }

  supersede(): void {
    this.#allowance = 0;
  }

  send(command: WorkerCommand): void {
    if (command.kind !== "grant") return;
    for (const { id: lease, run, shardIndex, task } of command.leases) {
      // Never within the dispatch that granted the lease: a stream would take time, too.
      queueMicrotask(() => {
        if (this.#allowance <= 0) return;
        this.#allowance -= 1;
        this.propagated.push(`${run}#${shardIndex}`);
        const partial = this.#change(syntheticPartial(task, this.#generator));
        this.#engine.dispatch({
          kind: "shard_result",
          worker: this.#id,
          lease,
          run,
          shardIndex,
          partial,
          digest: digestOf(partial),
          computeSeconds: 1,
        });
      });
    }
  }
}
