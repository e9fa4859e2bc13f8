/** Runs asynchronous tasks one at a time, in the order in which they came. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  run<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(task);
    // A failed task fails its caller, not the tasks behind it.
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Resolves once every task so far has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
