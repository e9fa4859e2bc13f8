import type { SimulationReads } from "../simulations/reads.ts";

/** Gathers the names of runs that change, until somebody is ready to look. */
export class ChangeSignal implements Disposable {
  readonly #runs: ReadonlySet<string>;
  readonly #unsubscribe: () => void;
  #changed = new Set<string>();
  #wake: (() => void) | undefined;
  #pauseOver = true;
  readonly #ended = new Set<string>();

  /**
   * @param runs the names that matter. Once all of them have ended since the beginning, that is told
   * at once.
   */
  constructor(reads: Pick<SimulationReads, "onRunChange">, runs: ReadonlySet<string>) {
    this.#runs = runs;
    this.#unsubscribe = reads.onRunChange((run, ended) => {
      if (!runs.has(run)) return;
      this.#changed.add(run);
      if (ended) this.#ended.add(run);
      else this.#ended.delete(run);
      this.#wakeIfDue();
    });
  }

  /** The names of the runs that changed since they were taken last. */
  take(): ReadonlySet<string> {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  /**
   * Waits for a change, at least `pause` milliseconds and at most `limit`; the end of the last run is
   * told at once.
   */
  async next(pause: number, limit: number): Promise<void> {
    this.#pauseOver = false;
    const timer = setTimeout(() => {
      this.#pauseOver = true;
      this.#wakeIfDue();
    }, pause);
    const lastTimer = setTimeout(() => this.#wake?.(), limit);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await promise;
    this.#wake = undefined;
    clearTimeout(timer);
    clearTimeout(lastTimer);
  }

  /** Ends the waiting. */
  [Symbol.dispose](): void {
    this.#unsubscribe();
    this.#wake?.();
  }

  #wakeIfDue(): void {
    const over = this.#pauseOver || this.#ended.size >= this.#runs.size;
    if (over && this.#changed.size > 0) this.#wake?.();
  }
}
