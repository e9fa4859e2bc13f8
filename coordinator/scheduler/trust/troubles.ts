/** A failed attempt at a shard. */
export interface Failure {
  readonly error: string;
  readonly worker: string;
  /** True if the worker was lost, and false if it reported the error. */
  readonly lost: boolean;
}

/** How often attempts at a shard may fail. */
export interface TroubleLimits {
  readonly maximumErrors: number;
  readonly maximumLosses: number;
}

interface Trouble {
  errors: number;
  losses: number;
  lastError: string;
  /** Workers that reported an error for the shard; others are tried first. */
  readonly workers: Set<string>;
}

/**
 * The failed attempts at a run's shards. They are kept while the run is withdrawn: a shard that
 * kills its workers would otherwise never be given up in a run that changes its generator each time
 * that a worker is lost.
 */
export class Troubles {
  readonly #troubles = new Map<number, Trouble>();
  /** Workers that were silent with a shard for so long that it was taken from them. */
  readonly #keepers = new Map<number, Set<string>>();

  /** The shards that have failed and not succeeded since. */
  shards(): Iterable<number> {
    return this.#troubles.keys();
  }

  /** Workers that reported an error for the shard. */
  workersFailedAt(shardIndex: number): ReadonlySet<string> | undefined {
    return this.#troubles.get(shardIndex)?.workers;
  }

  /** Notes a failed attempt; returns true if the shard has failed as often as it may. */
  add(shardIndex: number, { error, worker, lost }: Failure, limits: TroubleLimits): boolean {
    const trouble = this.#troubles.get(shardIndex) ?? {
      errors: 0,
      losses: 0,
      lastError: "",
      workers: new Set<string>(),
    };
    this.#troubles.set(shardIndex, trouble);
    trouble.lastError = error;
    if (lost) trouble.losses += 1;
    else {
      trouble.errors += 1;
      trouble.workers.add(worker);
    }
    return trouble.errors >= limits.maximumErrors || trouble.losses >= limits.maximumLosses;
  }

  /** Notes that the shard was taken from a worker that had long been silent with it. */
  kept(shardIndex: number, worker: string): void {
    const keepers = this.#keepers.get(shardIndex) ?? new Set();
    this.#keepers.set(shardIndex, keepers.add(worker));
  }

  /** True if the shard was taken from the worker before, which was silent with it. */
  hasKept(shardIndex: number, worker: string): boolean {
    return this.#keepers.get(shardIndex)?.has(worker) ?? false;
  }

  /** What has happened to the shard, for people. */
  summary(shardIndex: number): string {
    const { errors = 0, losses = 0, lastError = "" } = this.#troubles.get(shardIndex) ?? {};
    return `${errors} errors and ${losses} lost workers; the last: ${lastError}`;
  }

  /** Forgets the failed attempts at a shard, since one has succeeded. */
  overcome(shardIndex: number): void {
    this.#troubles.delete(shardIndex);
    this.#keepers.delete(shardIndex);
  }
}
