/**
 * Delays between attempts to connect. They grow exponentially, and half of each is left to chance, so
 * that a fleet that lost its coordinator does not come back all at once.
 */
export class Backoff {
  readonly #firstSeconds: number;
  readonly #limitSeconds: number;
  readonly #random: () => number;
  #attempts = 0;

  /** @param random uniform on [0, 1). */
  constructor(firstSeconds: number, limitSeconds: number, random: () => number) {
    this.#firstSeconds = firstSeconds;
    this.#limitSeconds = limitSeconds;
    this.#random = random;
  }

  /** Returns the seconds to wait before the next attempt, from half of its step to all of it. */
  next(): number {
    const step = Math.min(this.#limitSeconds, this.#firstSeconds * 2 ** this.#attempts);
    this.#attempts += 1;
    return step * (0.5 + 0.5 * this.#random());
  }

  /** Begins with the first delay again. */
  reset(): void {
    this.#attempts = 0;
  }
}
