/** Time that slots spend busy, added up. */
export class BusyMeter {
  #busy = 0;
  #seconds = 0;
  #changedAt: number;
  #readAt: number;

  /** @param at seconds of a clock that does not jump, as all times here. */
  constructor(at: number) {
    this.#changedAt = at;
    this.#readAt = at;
  }

  get busy(): number {
    return this.#busy;
  }

  /** @param by slots that have become busy; negative: free. */
  change(at: number, by: number): void {
    this.#seconds += this.#busy * (at - this.#changedAt);
    this.#changedAt = at;
    this.#busy += by;
  }

  /** The mean number of busy slots since it was asked the last time. */
  read(at: number): number {
    this.change(at, 0);
    const mean = at > this.#readAt ? this.#seconds / (at - this.#readAt) : this.#busy;
    this.#seconds = 0;
    this.#readAt = at;
    return mean;
  }
}
