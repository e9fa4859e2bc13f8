/** Losses in a row, without a shard computed in between, after which a device is given up. */
export const MAXIMUM_LOSSES = 3;

/** Shards under suspicion that are remembered; most of them come back soon, or never. */
const MAXIMUM_SUSPECTS = 4096;

/**
 * Decides who is to blame when a process with a device is lost: the device, or a shard.
 *
 * All shards that were computed at a loss are suspects, and go back unblamed. A suspect is computed
 * alone when it comes again. If the process is lost once more, it was that shard. A device that
 * loses different shards, one after the other, and computes none of them, is given up.
 */
export class LossBook {
  readonly #suspects = new Set<string>();
  #inARow = 0;
  /** The shard that was blamed for the last loss. */
  #blamed: string | undefined;

  /** Whether the shard was there at a loss, and must be computed alone. */
  isSuspect(shard: string): boolean {
    return this.#suspects.has(shard);
  }

  /** Whether the device can be trusted with nothing any more. */
  get isGivenUp(): boolean {
    return this.#inARow >= MAXIMUM_LOSSES;
  }

  /** Losses since the last shard that was computed, but for those that one shard caused again. */
  get lossesInARow(): number {
    return this.#inARow;
  }

  computed(shard: string): void {
    this.#suspects.delete(shard);
    this.#inARow = 0;
    this.#blamed = undefined;
  }

  /**
   * The process was lost, or was ended because it hung.
   *
   * @param shards those that were being computed
   * @param hung whether the process showed no progress: who hangs alone needs no second try
   * @returns the shard that is to blame, if one is
   */
  lost(shards: readonly string[], hung: boolean): string | undefined {
    const [only] = shards;
    const isSure = shards.length === 1 && only !== undefined && (hung || this.isSuspect(only));
    const blamed = isSure ? only : undefined;
    if (blamed === undefined || blamed !== this.#blamed) this.#inARow += 1;
    this.#blamed = blamed;
    for (const shard of shards) this.#suspects.add(shard);
    for (const shard of this.#suspects) {
      if (this.#suspects.size <= MAXIMUM_SUSPECTS) break;
      this.#suspects.delete(shard);
    }
    return blamed;
  }
}
