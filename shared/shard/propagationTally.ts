import type { Propagation } from "./propagation.ts";

/** Adds up what was propagated, by backend and weight law. */
export class PropagationTally {
  readonly #entries = new Map<string, Propagation>();

  add(added: Propagation): void {
    const key = `${added.backend}/${added.weights}`;
    const before = this.#entries.get(key);
    this.#entries.set(key, before === undefined ? added : sum(before, added));
  }

  get entries(): Iterable<Propagation> {
    return this.#entries.values();
  }
}

function sum(before: Propagation, added: Propagation): Propagation {
  return {
    ...added,
    replicaCount: before.replicaCount + added.replicaCount,
    layerCount: before.layerCount + added.layerCount,
    weightCount: before.weightCount + added.weightCount,
  };
}
