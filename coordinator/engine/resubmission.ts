import { setImmediate as othersFirst } from "node:timers/promises";

import type { Logger } from "pino";

import type { RunSpecification } from "../../shared/kinds/kind.ts";
import type { DamagedShards, Ledger, LedgerWrite, RunRecord } from "../ledger/ledger.ts";
import { slices } from "../plan/slices.ts";
import type { SchedulerCommand } from "../scheduler/events.ts";
import { misfits } from "./misfits.ts";
import type { StoredWork } from "./resumeFromLedger.ts";

/** Shards named in the log of a retraction, which may have thousands. */
const MAXIMUM_LOGGED_SHARDS = 20;
/** Runs whose stored work is read at a time; each may have a thousand partials to read. */
const WORKS_AT_ONCE = 8;
/** Runs whose records are read at a time; each may come with the sums of its outcome. */
const RECORDS_AT_ONCE = 50;

type RetractCommand = Extract<SchedulerCommand, { kind: "retract" }>;

/** What changes in a run while it is withdrawn. */
interface Revision {
  readonly run: string;
  /** Recorded shards to delete, together with all folds that hold one of them. */
  readonly deleted: readonly number[];
  /** The run's new record; default: it keeps its current one. */
  readonly record?: RunRecord;
  /** True if other generators may take over, should the run's own be missing. */
  readonly isFreed?: boolean;
}

interface ResubmissionsOptions {
  readonly log: Logger;
  readonly ledger: Pick<Ledger, "runsNamed" | "shardsFrom">;
  /** The record of a run that has not ended. */
  readonly unfinished: (run: string) => RunRecord | undefined;
  /** Stops work on the runs; resolves once pending writes are durable. */
  readonly withdraw: (runs: readonly string[]) => Promise<void>;
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

  /** Goes on with a run that the scheduler has withdrawn, without the shards that do not count. */
  retract({ run, shards, reason }: RetractCommand): void {
    this.#options.log.warn(
      { run, shards: shards.slice(0, MAXIMUM_LOGGED_SHARDS), shardCount: shards.length },
      `partials are retracted, to be computed again: ${reason}`,
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

  /** True if the run is withdrawn for its doubtful shards. */
  isRetracting(run: string): boolean {
    return this.#retractions.has(run);
  }

  /** Resolves once no retraction of the run is under way; one may follow another. */
  async retracted(run: string): Promise<void> {
    while (this.#retractions.has(run)) await this.#retractions.get(run);
  }

  /**
   * Goes on with runs, ended or not, under the records that `revise` makes of their current ones.
   * They keep all recorded shards that belong to their new plans. One transaction changes them all.
   *
   * @param onDurable is called once the new records are durable, before work on the runs begins.
   */
  async extend(
    runs: readonly string[],
    revise: (before: RunRecord) => RunRecord,
    onDurable: () => void,
  ): Promise<void> {
    const { ledger, withdraw, fail } = this.#options;
    await withdraw(runs);
    try {
      const revised: (Revision & { before: RunSpecification; record: RunRecord })[] = [];
      for (const some of slices(runs, RECORDS_AT_ONCE)) {
        for (const before of await this.#records(some)) {
          revised.push({
            run: before.name,
            before: before.specification,
            record: revise(before),
            deleted: [],
            // Who cancels a run and extends it again wants it done by whoever is there.
            isFreed: before.state === "CANCELLED",
          });
        }
        await othersFirst();
      }
      const deleted = await misfits(
        ledger,
        revised.map(({ run, before, record }) => ({ run, before, after: record.specification })),
      );
      const revisions = revised.map(({ before: _before, ...revision }) => {
        return { ...revision, deleted: deleted.get(revision.run) ?? [] };
      });
      await this.#resubmit(revisions, onDurable);
    } catch (error) {
      fail(error);
      throw error;
    }
  }

  async #retract(run: string, deleted: readonly number[], removed?: Promise<void>): Promise<void> {
    try {
      if (removed !== undefined) await removed;
      await this.#resubmit([{ run, deleted }]);
    } catch (error) {
      this.#retractions.delete(run);
      this.#options.fail(error);
    }
  }

  /** Current records of withdrawn runs; they are read only now, since a run may have ended meanwhile. */
  async #records(runs: readonly string[]): Promise<RunRecord[]> {
    const { ledger, ended, unfinished } = this.#options;
    for (const run of runs) await ended(run);
    const stored = await ledger.runsNamed(runs.filter((run) => unfinished(run) === undefined));
    const byName = new Map(stored.map((record) => [record.name, record]));
    return runs.map((run) => {
      const record = unfinished(run) ?? byName.get(run);
      if (record === undefined) throw new Error(`${run} is not in the ledger`);
      return record;
    });
  }

  /** @param onDurable is called once the changes are durable, before work on the runs begins again. */
  async #resubmit(revisions: readonly Revision[], onDurable?: () => void): Promise<void> {
    await this.#options.write(async (transaction) => {
      for (const { run, deleted, record } of revisions) {
        for (const shardIndex of deleted) await transaction.deleteShard(run, shardIndex);
        if (deleted.length > 0) await transaction.deleteFolds(run, lowest(deleted));
        if (record !== undefined) await transaction.putRun(record);
      }
    });
    onDurable?.();
    for (const some of slices(revisions, WORKS_AT_ONCE)) {
      const works = await Promise.all(some.map((revision) => this.#read(revision)));
      for (const [i, revision] of some.entries()) this.#submit(revision, works[i]);
    }
  }

  async #read(revision: Revision): Promise<StoredWork | undefined> {
    const known = this.#currentRecord(revision);
    return known && this.#options.read(known);
  }

  #submit(revision: Revision, work: StoredWork | undefined): void {
    // This must precede submitting, which may begin the next retraction.
    this.#retractions.delete(revision.run);
    const latest = this.#currentRecord(revision);
    if (work === undefined || latest === undefined || latest.state === "CANCELLING") return;
    this.#options.submit(latest, { ...work, isFreed: revision.isFreed ?? false });
  }

  #currentRecord({ run, record }: Revision): RunRecord | undefined {
    return record ?? this.#options.unfinished(run);
  }
}

function lowest(shards: readonly number[]): number {
  return shards.reduce((a, b) => Math.min(a, b), Infinity);
}
