/** Weight of the newest shard: about the last ten count. */
const NEWEST_WEIGHT = 0.1;

/**
 * How long a slot of a device takes for a shard, of late, by backend. Shards are planned to cost
 * about the same, so this and the number of slots say how many of them keep a device busy for how
 * long.
 */
export class ShardPace {
  readonly #seconds = new Map<string, number>();

  /** Seconds by backend; only backends that have computed a shard are in it. */
  get seconds(): ReadonlyMap<string, number> {
    return this.#seconds;
  }

  measured(backend: string, computeSeconds: number): void {
    const before = this.#seconds.get(backend) ?? computeSeconds;
    this.#seconds.set(backend, before + NEWEST_WEIGHT * (computeSeconds - before));
  }
}
