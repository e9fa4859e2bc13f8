import { performance } from "node:perf_hooks";

import { ShardPlan } from "../coordinator/plan/shardPlan.ts";
import { PROPAGATION } from "../shared/kinds/propagation/propagation.ts";
import type { PropagationSpecification } from "../shared/kinds/propagation/specification.ts";
import type { Network } from "../shared/network/network.ts";
import type { Sampling } from "../shared/network/weights.ts";
import type { BackendName } from "../shared/specification/backends.ts";
import type { Backend } from "../worker/backends/backend.ts";

/** Replica-layers done, and the wall time that they took. */
export interface Flood {
  readonly replicaLayers: number;
  readonly seconds: number;
  /** Mean growth of the log-norm per layer; NaN if replicas died. */
  readonly exponent: number;
}

/** Keeps all slots of a backend busy with shards of a network, as a worker's device is. */
export class Flooded {
  readonly #backend: Backend;
  readonly #network: Network;
  readonly #sampling: Sampling;
  readonly #shardSize: number;
  #nextReplica = 0;

  /**
   * @param name the backend's, by which shards are sized
   * @param mostReplicas of a shard; fewer than a real one has where those would take minutes
   */
  constructor(
    backend: Backend,
    name: BackendName,
    network: Network,
    sampling: Sampling,
    mostReplicas: number,
  ) {
    this.#backend = backend;
    this.#network = network;
    this.#sampling = sampling;
    const specification: PropagationSpecification = {
      kind: PROPAGATION,
      network,
      seed: 1n,
      sampling,
      backend: name,
      checkpointDepths: [network.depth],
      burnIn: 0,
      stoppingRule: { kind: "replicas", replicaCount: 2 ** 32 },
      level: 0.95,
      displayName: "",
    };
    this.#shardSize = Math.min(mostReplicas, new ShardPlan(specification).shardSize);
  }

  /** Propagates shards until so much time has gone by, and those that were begun to their end. */
  async run(seconds: number): Promise<Flood> {
    const start = performance.now();
    const elapsed = () => (performance.now() - start) / 1000;
    let shards = 0;
    let growth = 0;
    const slot = async () => {
      do {
        growth += await this.#shard();
        shards++;
      } while (elapsed() < seconds);
    };
    await Promise.all(Array.from({ length: this.#backend.slotCount ?? 1 }, slot));
    const replicas = shards * this.#shardSize;
    const { depth } = this.#network;
    return {
      replicaLayers: replicas * depth,
      seconds: elapsed(),
      exponent: growth / replicas / depth,
    };
  }

  /** Propagates the next shard; returns the sum of its replicas' growths. */
  async #shard(): Promise<number> {
    const firstReplica = this.#nextReplica;
    this.#nextReplica = (firstReplica + this.#shardSize) % 2 ** 31;
    const { values } = await this.#backend.propagate({
      network: this.#network,
      sampling: this.#sampling,
      seed: 1n,
      depths: [this.#network.depth],
      firstReplica,
      replicaCount: this.#shardSize,
    });
    return values.reduce((sum, value) => sum + value, 0);
  }
}
