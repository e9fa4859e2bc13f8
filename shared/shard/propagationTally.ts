import type { BackendName } from "../specification/backends.ts";
import type { Network } from "../network/network.ts";

/** What replicas are propagated of, and by what: a run's specification or a shard's task. */
interface Propagated {
  readonly network: Network;
  readonly backend: BackendName;
}

/** How much of one weight law a backend has propagated. */
export interface Propagation {
  readonly backend: string;
  /** The law. */
  readonly weights: string;
  readonly replicaCount: number;
  readonly layerCount: number;
  /** Entries of the layers' matrices, whether they were drawn or their effect was. */
  readonly weightCount: number;
}

/** Adds up what was propagated, by backend and weight law. */
export class PropagationTally {
  readonly #entries = new Map<string, Propagation>();

  add({ network, backend }: Propagated, replicaCount: number): void {
    const { weights, width, depth } = network;
    const key = `${backend}/${weights}`;
    const before = this.#entries.get(key);
    const layerCount = replicaCount * depth;
    this.#entries.set(key, {
      backend,
      weights,
      replicaCount: (before?.replicaCount ?? 0) + replicaCount,
      layerCount: (before?.layerCount ?? 0) + layerCount,
      weightCount: (before?.weightCount ?? 0) + layerCount * width * width,
    });
  }

  get entries(): Iterable<Propagation> {
    return this.#entries.values();
  }
}
