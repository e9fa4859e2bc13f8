import type { Logger } from "pino";

import type { LedgerTransaction } from "../ledger/ledger.ts";
import type { StoredWork } from "./resumeFromLedger.ts";

/** Of a retraction that may be of thousands. */
const MAXIMUM_LOGGED_SHARDS = 20;

interface RetractionsOptions {
  readonly log: Logger;
  readonly onFatal: (error: unknown) => void;
  /** Resolves once it is durable. */
  readonly write: (write: (transaction: LedgerTransaction) => Promise<void>) => Promise<void>;
  /** What the ledger has left of the run; undefined if it has ended. */
  readonly read: (run: string) => Promise<StoredWork | undefined>;
  /** Submits the run anew with it, unless it was cancelled meanwhile. */
  readonly resubmit: (run: string, work: StoredWork) => void;
}

/** Runs that the scheduler has withdrawn until partials that nobody can vouch for are deleted. */
export class Retractions {
  readonly #options: RetractionsOptions;
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(options: RetractionsOptions) {
    this.#options = options;
  }

  begin(run: string, shards: readonly number[]): void {
    this.#options.log.warn(
      { run, shards: shards.slice(0, MAXIMUM_LOGGED_SHARDS), shardCount: shards.length },
      "partials that nobody can vouch for are taken back, to be computed again",
    );
    this.#underWay.set(run, this.#takeBack(run, shards));
  }

  /** Resolves once the run is not withdrawn for this: one retraction may follow another. */
  async done(run: string): Promise<void> {
    while (this.#underWay.has(run)) await this.#underWay.get(run);
  }

  async #takeBack(run: string, shards: readonly number[]): Promise<void> {
    const { write, read, resubmit, onFatal } = this.#options;
    try {
      await write(async (transaction) => {
        for (const shardIndex of shards) await transaction.deleteShard(run, shardIndex);
        await transaction.deleteFolds(
          run,
          shards.reduce((a, b) => Math.min(a, b), Infinity),
        );
      });
      const work = await read(run);
      // Before it is submitted: that may lead to the next.
      this.#underWay.delete(run);
      if (work !== undefined) resubmit(run, work);
    } catch (error) {
      this.#underWay.delete(run);
      onFatal(error);
    }
  }
}
