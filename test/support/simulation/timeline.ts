interface Entry {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
}

/** Simulated time. Actions run in the order of their times; equal times in the order of setting. */
export class Timeline {
  now = 0;
  /** Pending actions, as a binary heap. */
  readonly #heap: Entry[] = [];
  #order = 0;

  after(delay: number, action: () => void): void {
    const entry = { at: this.now + delay, order: this.#order++, action };
    let child = this.#heap.push(entry) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#isBefore(entry, this.#heap[parent] as Entry)) break;
      this.#heap[child] = this.#heap[parent] as Entry;
      child = parent;
    }
    this.#heap[child] = entry;
  }

  /** Resolves after a time. */
  wait(delay: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.after(delay, resolve);
    return promise;
  }

  /** Runs the next action. */
  step(): void {
    const next = this.#heap[0];
    const last = this.#heap.pop();
    if (next === undefined || last === undefined) throw new Error("nothing is left to happen");
    if (this.#heap.length > 0) this.#sink(last);
    this.now = next.at;
    next.action();
  }

  #sink(entry: Entry): void {
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      const [left, right] = [this.#heap[child], this.#heap[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && this.#isBefore(right, left)) child += 1;
      const smaller = this.#heap[child] as Entry;
      if (!this.#isBefore(smaller, entry)) break;
      this.#heap[parent] = smaller;
      parent = child;
    }
    this.#heap[parent] = entry;
  }

  #isBefore(a: Entry, b: Entry): boolean {
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }
}
