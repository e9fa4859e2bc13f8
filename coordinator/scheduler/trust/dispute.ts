/** What partials must share before their bits can be compared. */
export interface Subject {
  readonly generator: string;
  readonly replicaCount: number;
}

/** Equal answers of different workers that settle a dispute. */
const MAJORITY = 2;

/**
 * A shard on which workers contradict one another, with the digest that each of them claims. Nobody
 * is believed until two claim the same.
 */
export class Dispute {
  readonly #subject: Subject;
  readonly #claims = new Map<string, string>();

  constructor({ generator, replicaCount }: Subject) {
    this.#subject = { generator, replicaCount };
  }

  get workers(): readonly string[] {
    return [...this.#claims.keys()];
  }

  /** True if the claims contradict one another; otherwise there is nothing left to settle. */
  get isOpen(): boolean {
    return new Set(this.#claims.values()).size > 1;
  }

  /** True if the partial can be compared with the claims; bits of another generator cannot. */
  isAbout({ generator, replicaCount }: Subject): boolean {
    return generator === this.#subject.generator && replicaCount === this.#subject.replicaCount;
  }

  claimOf(worker: string): string | undefined {
    return this.#claims.get(worker);
  }

  add(worker: string, digest: string): void {
    this.#claims.set(worker, digest);
  }

  /** Drops the claim of a worker that was found to lie. */
  remove(worker: string): void {
    this.#claims.delete(worker);
  }

  /** True if enough workers claim this digest. */
  isConfirmed(digest: string): boolean {
    return [...this.#claims.values()].filter((claim) => claim === digest).length >= MAJORITY;
  }

  /** The workers that claim another digest. */
  contradicting(digest: string): string[] {
    return this.workers.filter((worker) => this.#claims.get(worker) !== digest);
  }
}
