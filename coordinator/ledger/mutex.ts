/** Runs asynchronous tasks one after another, in the order in which they came. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  run<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(task);
    // A failed task fails its caller, not those that wait behind it.
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Resolves once everything that was started so far has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
