import type { Fold } from "../plan/fold.ts";
import type { RunProgress } from "../scheduler/runProgress.ts";

/** Decides when a run's fold is written to the ledger, for a new coordinator to resume there. */
export class FoldKeeping {
  readonly #shardsPerFold: number;
  /** Number of shards in each run's last written fold. */
  readonly #last = new Map<string, number>();

  constructor(shardsPerFold: number) {
    this.#shardsPerFold = shardsPerFold;
  }

  /** @param shardCount number of shards in the ledger's fold of the run */
  begin(run: string, shardCount: number): void {
    this.#last.set(run, shardCount);
  }

  end(run: string): void {
    this.#last.delete(run);
  }

  /** The fold to be written now, if it is time for one. */
  due(run: string, { folded, foldedShards, computations, plan }: RunProgress): Fold | undefined {
    const last = this.#last.get(run) ?? 0;
    if (folded === undefined || foldedShards < last + this.#shardsPerFold) return undefined;
    // The last shard may be short, and would not be in the plan of a longer rule.
    if (foldedShards === plan.shardCount) return undefined;
    this.#last.set(run, foldedShards);
    return { shardCount: foldedShards, sums: folded, computations };
  }
}
