/** Small, so that a run of few shards costs little, and widening one page leaves others alone. */
const PAGE_SIZE = 4096;

type Page = Uint8Array | Uint16Array | Uint32Array;

/**
 * A whole number of up to 32 bits for each index; 0 where none was set. Each takes one byte while
 * the numbers of its page are small, and pages without numbers take nothing.
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

  /** Indexes whose number is not 0 and passes the test; ascending within a page. */
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

/** The page, or a wider copy of it if the value does not fit. */
function widened(page: Page, value: number): Page {
  if (value < 2 ** (8 * page.BYTES_PER_ELEMENT)) return page;
  return value < 2 ** 16 ? Uint16Array.from(page) : Uint32Array.from(page);
}
