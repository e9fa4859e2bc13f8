import type { Engine } from "../engine/engine.ts";
import type { HistoryPoint } from "../../shared/wire/pageJson.ts";

/** The next point is kept once there are so many times the replicas: intervals go by logarithms. */
const GROWTH = 1.05;
/** Runs whose history is kept: those that advanced last. */
const MAXIMUM_RUNS = 512;

type WatchedEngine = Pick<Engine, "onRunChange" | "activeRun">;

/**
 * How the estimates of runs converged while this coordinator watched. Points lie at geometric
 * distances, fourteen for each doubling, so that the longest run has a few hundred, and estimates
 * are computed when one is due, not with every shard.
 */
export class Histories {
  readonly #engine: WatchedEngine;
  readonly #points = new Map<string, HistoryPoint[]>();

  constructor(engine: WatchedEngine) {
    this.#engine = engine;
    engine.onRunChange((run) => {
      this.#note(run);
    });
  }

  of(run: string): readonly HistoryPoint[] {
    return this.#points.get(run) ?? [];
  }

  #note(run: string): void {
    const progress = this.#engine.activeRun(run)?.progress;
    const replicaCount = progress?.folded?.replicaCount ?? 0;
    if (progress === undefined || replicaCount === 0) return;
    let points = this.#points.get(run) ?? [];
    const isDue = replicaCount >= GROWTH * (points.at(-1)?.replicaCount ?? 0);
    // Where shards were taken back, what rested on them goes, too.
    const isShorter = replicaCount < (points.at(-1)?.replicaCount ?? 0);
    if (!isDue && !isShorter) return;
    if (isShorter) points = points.filter((point) => point.replicaCount < replicaCount);
    const estimates = progress.estimates();
    if (estimates !== undefined) points.push({ replicaCount, ...estimates });
    // Last in the map is whatever advanced last.
    this.#points.delete(run);
    this.#points.set(run, points);
    const [oldest] = this.#points.keys();
    if (this.#points.size > MAXIMUM_RUNS && oldest !== undefined) this.#points.delete(oldest);
  }
}
