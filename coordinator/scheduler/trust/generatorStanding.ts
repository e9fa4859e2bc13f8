/** A generator is given at least this many times the time that it has worked on a run so far. */
const PATIENCE_FACTOR = 2;

/**
 * How firmly a run is tied to the generator of its partials. All shards of a run are of one
 * generator: that of the first partial that was accepted. It is settled once two workers have
 * delivered partials of it. Until then it is one worker's own, and others may supersede it if that
 * worker falls silent.
 *
 * A generator is given twice the time that it has worked on the run so far, so that giving it up
 * never loses more work than the time that was spent waiting for it.
 */
export class GeneratorStanding {
  /** The generator that was given up last for the run, if any. */
  readonly #superseded = new Set<string>();
  #worker: string | undefined;
  #isSettled = false;
  #beganAt: number | undefined;
  #deliveredAt: number | undefined;
  #resumedAt = -Infinity;

  /** The generator that was given up last, if any; no partial of it is taken. */
  get superseded(): ReadonlySet<string> {
    return this.#superseded;
  }

  /** True if the generator may not be superseded. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** True if a partial was accepted in this coordinator's life. */
  get hasDelivered(): boolean {
    return this.#deliveredAt !== undefined;
  }

  /** Since when workers could deliver, and none has; undefined before the first partial. */
  get quietSince(): number | undefined {
    if (this.#deliveredAt === undefined) return undefined;
    return Math.max(this.#deliveredAt, this.#resumedAt);
  }

  /** Notes that workers could not deliver before: the run was withdrawn, or the ledger was slow. */
  resumed(now: number): void {
    this.#resumedAt = now;
  }

  /** Notes that a shard was leased. */
  leased(now: number): void {
    this.#beganAt ??= now;
  }

  /** Notes that a worker's partial was accepted. */
  delivered(worker: string, now: number): void {
    this.#deliveredAt = now;
    if (this.#worker !== undefined && this.#worker !== worker) this.#isSettled = true;
    this.#worker ??= worker;
  }

  /** Notes that two workers agree on a shard, or that nobody knows who delivered the first ones. */
  settle(): void {
    this.#isSettled = true;
  }

  /** Makes the generator one that may be superseded, on somebody's request. */
  free(now: number): void {
    this.#begin();
    this.#beganAt = now;
    this.#deliveredAt = now;
  }

  /** Notes that the run has no partial any more. */
  emptied(): void {
    this.#begin();
  }

  /**
   * Gives a generator up. One that was given up before is admitted again: the others have fared no
   * better, and a run must not run out of generators.
   */
  supersede(generator: string): void {
    this.#begin();
    this.#superseded.clear();
    this.#superseded.add(generator);
  }

  /** Lets all generators work on the run again. */
  readmit(): void {
    this.#superseded.clear();
  }

  /** The time without a partial after which the generator may be superseded. */
  patience(minimumSeconds: number): number {
    const worked = (this.#deliveredAt ?? 0) - (this.#beganAt ?? 0);
    return Math.max(minimumSeconds, PATIENCE_FACTOR * worked);
  }

  #begin(): void {
    this.#worker = undefined;
    this.#isSettled = false;
    this.#beganAt = undefined;
    this.#deliveredAt = undefined;
  }
}
