/** Small enough to cost a run of few shards nothing, and to be widened at no cost to the others. */
const PAGE_SIZE = 4096;

type Page = Uint8Array | Uint16Array | Uint32Array;

/**
 * A whole number of up to 32 bits for each index, 0 where none was set: a byte each for as long as
 * the numbers of a page are small, and nothing for pages without any.
 */
export class CompactNumbers {
  readonly #pages = new Map<number, Page>();

  get(index: number): number {
    return this.#pages.get(Math.floor(index / PAGE_SIZE))?.[index % PAGE_SIZE] ?? 0;
  }

  set(index: number, value: number): void {
    const place = Math.floor(index / PAGE_SIZE);
    const page = widened(this.#pages.get(place) ?? new Uint8Array(PAGE_SIZE), value);
    this.#pages.set(place, page);
    page[index % PAGE_SIZE] = value;
  }

  /** Indexes whose number passes the test; ascending within a page. */
  where(test: (value: number) => boolean): number[] {
    const indexes: number[] = [];
    for (const [place, page] of this.#pages) {
      for (const [offset, value] of page.entries()) {
        if (value !== 0 && test(value)) indexes.push(place * PAGE_SIZE + offset);
      }
    }
    return indexes;
  }
}

/** The page itself if the value fits. */
function widened(page: Page, value: number): Page {
  if (value < 2 ** (8 * page.BYTES_PER_ELEMENT)) return page;
  return value < 2 ** 16 ? Uint16Array.from(page) : Uint32Array.from(page);
}
