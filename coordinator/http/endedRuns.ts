import type { Engine } from "../engine/engine.ts";

/**
 * What was read of runs that have ended, kept: a list may be looked at every second. A run that
 * changes, for it is extended, is forgotten, and so are the oldest beyond a number.
 */
export class EndedRuns<Value> {
  readonly #maximum: number;
  readonly #values = new Map<string, Value>();

  constructor(engine: Pick<Engine, "onRunChange">, maximum: number) {
    this.#maximum = maximum;
    engine.onRunChange((run) => {
      this.#values.delete(run);
    });
  }

  get(run: string): Value | undefined {
    return this.#values.get(run);
  }

  keep(run: string, value: Value): void {
    const [oldest] = this.#values.keys();
    if (this.#values.size >= this.#maximum && oldest !== undefined) this.#values.delete(oldest);
    this.#values.set(run, value);
  }
}
