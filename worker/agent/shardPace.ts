/** Weight of the newest shard: about the last ten count. */
const NEWEST_WEIGHT = 0.1;

/**
 * How long a slot of a device takes for a shard, of late, by backend, and how many weights it draws
 * in that time. Shards are planned to cost about the same, so this and the number of slots say how
 * many of them keep a device busy for how long.
 */
export class ShardPace {
  readonly #means = new Map<string, { seconds: number; weights: number }>();

  /** Seconds by backend; only backends that have computed a shard are in it. */
  get seconds(): ReadonlyMap<string, number> {
    return new Map([...this.#means].map(([backend, { seconds }]) => [backend, seconds]));
  }

  /** Weights per second of a slot by backend; only backends that have computed a shard are in it. */
  get weightsPerSecond(): ReadonlyMap<string, number> {
    return new Map(
      [...this.#means].map(([backend, { seconds, weights }]) => [backend, weights / seconds]),
    );
  }

  measured(backend: string, computeSeconds: number, weightCount: number): void {
    const before = this.#means.get(backend) ?? { seconds: computeSeconds, weights: weightCount };
    this.#means.set(backend, {
      seconds: mixed(before.seconds, computeSeconds),
      weights: mixed(before.weights, weightCount),
    });
  }
}

function mixed(before: number, newest: number): number {
  return before + NEWEST_WEIGHT * (newest - before);
}
