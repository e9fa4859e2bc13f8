/** Consecutive shards: from `first` up to but not including `end`. */
export interface ShardRange {
  readonly first: number;
  readonly end: number;
}

/** A set of shard indexes, kept as ranges because most of a run's millions are neighbours. */
export class ShardRanges {
  /** Ascending; no two overlap or touch. */
  readonly #ranges: ShardRange[];
  #size: number;

  /** @param ranges ascending; no two overlap or touch. */
  constructor(ranges: readonly ShardRange[] = []) {
    this.#ranges = [...ranges];
    this.#size = ranges.reduce((sum, { first, end }) => sum + end - first, 0);
  }

  get size(): number {
    return this.#size;
  }

  /** The ranges, ascending. */
  toArray(): ShardRange[] {
    return [...this.#ranges];
  }

  has(index: number): boolean {
    const range = this.#ranges[this.#place(index)];
    return range !== undefined && range.first <= index;
  }

  add(index: number): void {
    const place = this.#place(index);
    const after = this.#ranges[place];
    if (after !== undefined && after.first <= index) return;
    this.#size += 1;
    const before = this.#ranges[place - 1];
    const touchesBefore = before?.end === index;
    const touchesAfter = after?.first === index + 1;
    const joined = {
      first: touchesBefore ? before.first : index,
      end: touchesAfter ? after.end : index + 1,
    };
    const replaced = Number(touchesBefore) + Number(touchesAfter);
    this.#ranges.splice(touchesBefore ? place - 1 : place, replaced, joined);
  }

  delete(index: number): void {
    const place = this.#place(index);
    const range = this.#ranges[place];
    if (range === undefined || range.first > index) return;
    this.#size -= 1;
    const left = { first: range.first, end: index };
    const right = { first: index + 1, end: range.end };
    const rest = [left, right].filter(({ first, end }) => first < end);
    this.#ranges.splice(place, 1, ...rest);
  }

  /** Position of the first range that ends after the index. */
  #place(index: number): number {
    let [low, high] = [0, this.#ranges.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ranges[middle] as ShardRange).end > index) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
