/** Adds up the time that slots are busy. */
export class BusyMeter {
  #busy = 0;
  #seconds = 0;
  #changedAt: number;
  #readAt: number;

  /** @param at seconds of a clock that does not jump, like every `at` here. */
  constructor(at: number) {
    this.#changedAt = at;
    this.#readAt = at;
  }

  /** Slots that are busy now. */
  get busy(): number {
    return this.#busy;
  }

  /** @param by slots that have become busy; negative for slots that have become free. */
  change(at: number, by: number): void {
    this.#seconds += this.#busy * (at - this.#changedAt);
    this.#changedAt = at;
    this.#busy += by;
  }

  /** Returns the mean number of busy slots since the last call. */
  read(at: number): number {
    this.change(at, 0);
    const mean = at > this.#readAt ? this.#seconds / (at - this.#readAt) : this.#busy;
    this.#seconds = 0;
    this.#readAt = at;
    return mean;
  }
}
