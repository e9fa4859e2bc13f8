import type { Logger } from "pino";

import type { DamagedShards, Ledger, LedgerWrite, RunRecord } from "../ledger/ledger.ts";
import { misfits } from "./misfits.ts";
import type { StoredWork } from "./resumeFromLedger.ts";

/** Shards named in the log of a retraction, which may have thousands. */
const MAXIMUM_LOGGED_SHARDS = 20;

/** What changes in a run while it is withdrawn. */
interface Revision {
  /** Recorded shards to delete, together with all folds that hold one of them. */
  readonly deleted: readonly number[];
  /** The run's new record; default: it keeps its current one. */
  readonly record?: RunRecord;
  /** Called once the change is durable, before work on the run begins again. */
  readonly onDurable?: () => void;
}

interface ResubmissionsOptions {
  readonly log: Logger;
  readonly ledger: Pick<Ledger, "run" | "shardRanges">;
  /** The record of a run that has not ended. */
  readonly unfinished: (run: string) => RunRecord | undefined;
  /** Stops work on the run; resolves once pending writes are durable. */
  readonly withdraw: (run: string) => Promise<void>;
  /** Resolves once the run's end is durable, if it is on its way to the ledger. */
  readonly ended: (run: string) => Promise<void>;
  /** Writes to the ledger; resolves once the write is durable. */
  readonly write: (write: LedgerWrite) => Promise<void>;
  /** Reads the run's stored work; undefined if the run cannot go on with it, and has ended. */
  readonly read: (record: RunRecord) => Promise<StoredWork | undefined>;
  /** Makes the scheduler forget the run; resolves once pending writes are durable. */
  readonly remove: (run: string) => Promise<void>;
  readonly submit: (record: RunRecord, work: StoredWork) => void;
  /** Ends this coordinator; a run that it withdrew and cannot submit again would never go on. */
  readonly fail: (error: unknown) => void;
}

/**
 * Withdraws runs whose shards change, and submits them again with what the ledger still has. Shards
 * change when some are in doubt, or when a longer rule has other ones.
 */
export class Resubmissions {
  readonly #options: ResubmissionsOptions;
  readonly #retractions = new Map<string, Promise<void>>();

  constructor(options: ResubmissionsOptions) {
    this.#options = options;
  }

  /** Goes on with a run that the scheduler has withdrawn, without its doubtful shards. */
  retract(run: string, shards: readonly number[]): void {
    this.#options.log.warn(
      { run, shards: shards.slice(0, MAXIMUM_LOGGED_SHARDS), shardCount: shards.length },
      "partials that nobody can vouch for are retracted, to be computed again",
    );
    this.#retractions.set(run, this.#retract(run, shards));
  }

  /** Goes on with an active run without shards that the ledger cannot give back. */
  discard(run: string, { message, shards }: DamagedShards): void {
    this.#options.log.error(
      { run, shards: shards.slice(0, MAXIMUM_LOGGED_SHARDS), shardCount: shards.length },
      `${message}; they are computed again`,
    );
    this.#retractions.set(run, this.#retract(run, shards, this.#options.remove(run)));
  }

  /** Resolves once no retraction of the run is under way; one may follow another. */
  async retracted(run: string): Promise<void> {
    while (this.#retractions.has(run)) await this.#retractions.get(run);
  }

  /**
   * Goes on with a run, ended or not, under the record that `revise` makes of its current one. It
   * keeps all recorded shards that belong to the new plan.
   *
   * @param onDurable is called once the new record is durable, before work on the run begins.
   */
  async extend(
    run: string,
    revise: (before: RunRecord) => RunRecord,
    onDurable: () => void,
  ): Promise<void> {
    const { ledger, withdraw, ended, unfinished, fail } = this.#options;
    await withdraw(run);
    try {
      // The record is read only now, since the run may have ended while it was withdrawn.
      await ended(run);
      const before = unfinished(run) ?? (await ledger.run(run));
      if (before === undefined) throw new Error(`${run} is not in the ledger`);
      const record = revise(before);
      const deleted = await misfits(ledger, run, before.specification, record.specification);
      await this.#resubmit(run, { deleted, record, onDurable });
    } catch (error) {
      fail(error);
      throw error;
    }
  }

  async #retract(
    run: string,
    deleted: readonly number[],
    removed = Promise.resolve(),
  ): Promise<void> {
    try {
      await removed;
      await this.#resubmit(run, { deleted });
    } catch (error) {
      this.#retractions.delete(run);
      this.#options.fail(error);
    }
  }

  async #resubmit(run: string, { deleted, record, onDurable }: Revision): Promise<void> {
    const { unfinished, write, read, submit } = this.#options;
    await write(async (transaction) => {
      for (const shardIndex of deleted) await transaction.deleteShard(run, shardIndex);
      if (deleted.length > 0) await transaction.deleteFolds(run, lowest(deleted));
      if (record !== undefined) await transaction.putRun(record);
    });
    onDurable?.();
    const current = () => record ?? unfinished(run);
    const known = current();
    const work = known && (await read(known));
    // This must precede submitting, which may begin the next retraction.
    this.#retractions.delete(run);
    const latest = current();
    if (work === undefined || latest === undefined || latest.state === "CANCELLING") return;
    submit(latest, work);
  }
}

function lowest(shards: readonly number[]): number {
  return shards.reduce((a, b) => Math.min(a, b), Infinity);
}
