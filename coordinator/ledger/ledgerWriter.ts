import type { Ledger, LedgerWrite } from "./ledger.ts";

interface QueuedWrite {
  readonly write: LedgerWrite;
  readonly resolve: () => void;
}

/**
 * Commits writes in the order in which they were enqueued. All waiting writes share a transaction;
 * while one batch is on its way to the disk, the next gathers.
 */
export class LedgerWriter {
  readonly #ledger: Pick<Ledger, "transact">;
  readonly #onFailure: (error: unknown) => void;
  readonly #gather: (lastBatch: number) => Promise<void>;
  #queue: QueuedWrite[] = [];
  #committing: Promise<void> | undefined;
  #failed = false;

  /**
   * @param onFailure is called once if a commit fails; nothing is written afterwards.
   * @param gather resolves when a commit should begin; writes enqueued until then join it. It is
   * given the number of writes in the last commit of the same burst, 0 for the first.
   */
  constructor(
    ledger: Pick<Ledger, "transact">,
    onFailure: (error: unknown) => void,
    gather: (lastBatch: number) => Promise<void> = () => Promise.resolve(),
  ) {
    this.#ledger = ledger;
    this.#onFailure = onFailure;
    this.#gather = gather;
  }

  /** Writes that wait for the next commit. */
  get waitingCount(): number {
    return this.#queue.length;
  }

  /** Resolves once the write is durable; never if the ledger has failed. */
  enqueue(write: LedgerWrite): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#queue.push({ write, resolve });
    this.#committing ??= this.#commitAll();
    return promise;
  }

  /** Resolves once all enqueued writes are durable. @throws Error if the ledger has failed */
  async flush(): Promise<void> {
    await this.#committing;
    if (this.#failed) throw new Error("the ledger has failed; nothing more is written to it");
  }

  async #commitAll(): Promise<void> {
    let lastBatch = 0;
    try {
      while (this.#queue.length > 0) {
        await this.#gather(lastBatch);
        const batch = this.#queue;
        this.#queue = [];
        await this.#ledger.transact(async (transaction) => {
          for (const { write } of batch) await write(transaction);
        });
        for (const { resolve } of batch) resolve();
        lastBatch = batch.length;
      }
      this.#committing = undefined;
    } catch (error) {
      // #committing stays set: no further commit is attempted on a ledger in an unknown state.
      this.#failed = true;
      this.#onFailure(error);
    }
  }
}
