import { setTimeout as delay } from "node:timers/promises";

import type { Coordinator } from "./coordinator.ts";

/** Gathers the names of runs that change, for one watcher, until it is ready to look. */
export class ChangeSignal implements Disposable {
  #changed = new Set<string>();
  #wake: (() => void) | undefined;
  readonly #unsubscribe: () => void;
  readonly #stream: { readonly cancelled: boolean };

  constructor(
    coordinator: Coordinator,
    stream: { readonly cancelled: boolean; once(event: "cancelled", listener: () => void): unknown },
    concerns: (run: string) => boolean,
  ) {
    this.#stream = stream;
    this.#unsubscribe = coordinator.onRunChange((run) => {
      if (!concerns(run)) return;
      this.#changed.add(run);
      this.#wake?.();
    });
    stream.once("cancelled", () => this.#wake?.());
  }

  /** Waits at least `pause` milliseconds and for a change or the watcher's end; what changed. */
  async next(pause: number): Promise<ReadonlySet<string>> {
    await delay(pause);
    if (this.#changed.size === 0 && !this.#stream.cancelled) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
      this.#wake = undefined;
    }
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  [Symbol.dispose](): void {
    this.#unsubscribe();
  }
}
