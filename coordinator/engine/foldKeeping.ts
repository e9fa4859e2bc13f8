import type { Fold } from "../plan/fold.ts";
import type { RunProgress } from "../scheduler/runProgress.ts";

/** Decides when a run's fold is written to the ledger, for the next coordinator to begin there. */
export class FoldKeeping {
  readonly #shardsPerFold: number;
  /** Shards in the last fold of each run that went there. */
  readonly #last = new Map<string, number>();

  constructor(shardsPerFold: number) {
    this.#shardsPerFold = shardsPerFold;
  }

  /** @param shardCount in the fold that the ledger has of the run */
  begin(run: string, shardCount: number): void {
    this.#last.set(run, shardCount);
  }

  end(run: string): void {
    this.#last.delete(run);
  }

  /** The fold to be kept now, if it is time for one. */
  due(run: string, { folded, foldedShards, plan }: RunProgress): Fold | undefined {
    const last = this.#last.get(run) ?? 0;
    if (folded === undefined || foldedShards < last + this.#shardsPerFold) return undefined;
    // The last shard may be a short one, which would not be in the plan of a longer rule.
    if (foldedShards === plan.shardCount) return undefined;
    this.#last.set(run, foldedShards);
    return { shardCount: foldedShards, sums: folded };
  }
}
