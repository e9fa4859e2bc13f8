import { LRUCache } from "lru-cache";

import type { HistoryPoint } from "../../shared/wire/pageJson.ts";
import type { SimulationReads } from "../simulations/reads.ts";

/** The next point is kept once there are so many times the replicas: intervals go by logarithms. */
const GROWTH = 1.05;
/** Runs whose history is kept: those that advanced last. */
const MAXIMUM_RUNS = 512;

type WatchedRuns = Pick<SimulationReads, "onRunChange" | "progressOf">;

/**
 * How the estimates of runs converged while this coordinator watched. Points lie at geometric
 * distances, fourteen for each doubling, so that the longest run has a few hundred, and estimates
 * are computed when one is due, not with every shard.
 */
export class Histories {
  readonly #runs: WatchedRuns;
  readonly #points = new LRUCache<string, HistoryPoint[]>({ max: MAXIMUM_RUNS });

  constructor(runs: WatchedRuns) {
    this.#runs = runs;
    runs.onRunChange((run) => {
      this.#note(run);
    });
  }

  of(run: string): readonly HistoryPoint[] {
    // Looking at a run does not make it advance.
    return this.#points.peek(run) ?? [];
  }

  #note(run: string): void {
    const progress = this.#runs.progressOf(run);
    const replicaCount = progress?.folded?.replicaCount ?? 0;
    if (progress === undefined || replicaCount === 0) return;
    let points = this.#points.peek(run) ?? [];
    const isDue = replicaCount >= GROWTH * (points.at(-1)?.replicaCount ?? 0);
    // If shards were taken back, the points that rested on them go, too.
    const isShorter = replicaCount < (points.at(-1)?.replicaCount ?? 0);
    if (!isDue && !isShorter) return;
    if (isShorter) points = points.filter((point) => point.replicaCount < replicaCount);
    const estimates = progress.estimates();
    if (estimates !== undefined) points.push({ replicaCount, ...estimates });
    this.#points.set(run, points);
  }
}
