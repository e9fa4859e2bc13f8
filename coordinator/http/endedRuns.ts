import { LRUCache } from "lru-cache";

import { hasEnded, stateOf } from "../../shared/wire/runStates.ts";
import type { SimulationReads } from "../simulations/reads.ts";

/**
 * Reads of runs, kept once a run has ended: a list may be looked at every second. A run that changes
 * after all, because it is extended, is forgotten.
 */
export class EndedRuns<Value extends { readonly state: string | undefined }> {
  readonly #read: (run: string) => Promise<Value>;
  readonly #kept: LRUCache<string, Value>;

  /** @param maximum the most runs that are kept, those looked at last. */
  constructor(
    reads: Pick<SimulationReads, "onRunChange">,
    maximum: number,
    read: (run: string) => Promise<Value>,
  ) {
    this.#read = read;
    this.#kept = new LRUCache({ max: maximum });
    reads.onRunChange((run) => {
      this.#kept.delete(run);
    });
  }

  async of(run: string): Promise<Value> {
    const kept = this.#kept.get(run);
    if (kept !== undefined) return kept;
    const value = await this.#read(run);
    if (hasEnded(stateOf({ state: value.state ?? "" }))) this.#kept.set(run, value);
    return value;
  }
}
