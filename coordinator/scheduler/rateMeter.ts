/** Samples kept for one window; amounts that come closer together share a sample. */
const PARTS = 100;

/** Measures an amount per second over a sliding window of time. */
export class RateMeter {
  readonly #windowSeconds: number;
  readonly #samples: { readonly at: number; amount: number }[] = [];
  #startedAt: number | undefined;

  constructor(windowSeconds: number) {
    this.#windowSeconds = windowSeconds;
  }

  add(at: number, amount: number): void {
    this.#startedAt ??= at;
    const last = this.#samples.at(-1);
    if (last !== undefined && at - last.at < this.#windowSeconds / PARTS) last.amount += amount;
    else this.#samples.push({ at, amount });
    this.#forget(at);
  }

  /** Starts the clock, unless it runs already. */
  start(at: number): void {
    this.#startedAt ??= at;
  }

  perSecond(at: number): number {
    this.#forget(at);
    if (this.#startedAt === undefined) return 0;
    const elapsed = Math.min(this.#windowSeconds, at - this.#startedAt);
    const amount = this.#samples.reduce((sum, sample) => sum + sample.amount, 0);
    return elapsed > 0 ? amount / elapsed : 0;
  }

  #forget(at: number): void {
    const kept = this.#samples.findIndex((sample) => sample.at > at - this.#windowSeconds);
    this.#samples.splice(0, kept === -1 ? this.#samples.length : kept);
  }
}
