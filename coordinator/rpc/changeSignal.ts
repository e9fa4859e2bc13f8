import type { SimulationReads } from "../simulations/reads.ts";

/** The part of a watcher's stream that matters here. */
interface WatchStream {
  readonly cancelled: boolean;
  once(event: "cancelled", listener: () => void): unknown;
}

/** Gathers the names of runs that change, for one watcher, until it is ready to look. */
export class ChangeSignal implements Disposable {
  readonly #stream: WatchStream;
  readonly #runs: ReadonlySet<string>;
  readonly #unsubscribe: () => void;
  #changed = new Set<string>();
  #wake: (() => void) | undefined;
  #pauseOver = true;
  readonly #ended = new Set<string>();

  /**
   * @param runs the names that the watcher cares for. Once all of them have ended while it watched, it
   * is told at once.
   */
  constructor(
    reads: Pick<SimulationReads, "onRunChange">,
    stream: WatchStream,
    runs: ReadonlySet<string>,
  ) {
    this.#stream = stream;
    this.#runs = runs;
    this.#unsubscribe = reads.onRunChange((run, ended) => {
      if (!runs.has(run)) return;
      this.#changed.add(run);
      if (ended) this.#ended.add(run);
      else this.#ended.delete(run);
      this.#wakeIfDue();
    });
    stream.once("cancelled", () => this.#wake?.());
  }

  /**
   * Waits for a change, at least `pause` milliseconds and at most `limit`; the end of the last run is
   * told at once. Returns the names of the runs that changed.
   */
  async next(pause: number, limit: number): Promise<ReadonlySet<string>> {
    this.#pauseOver = false;
    const timer = setTimeout(() => {
      this.#pauseOver = true;
      this.#wakeIfDue();
    }, pause);
    const lastTimer = setTimeout(() => this.#wake?.(), limit);
    if (!this.#stream.cancelled) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
      this.#wake = undefined;
    }
    clearTimeout(timer);
    clearTimeout(lastTimer);
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  [Symbol.dispose](): void {
    this.#unsubscribe();
  }

  #wakeIfDue(): void {
    const over = this.#pauseOver || this.#ended.size >= this.#runs.size;
    if (over && this.#changed.size > 0) this.#wake?.();
  }
}
