import { hasEnded, type RunState } from "../../shared/wire/runStates.ts";
import { Mutex } from "./mutex.ts";
import type { RecordedShard, ShardDigest } from "../plan/recordedShard.ts";
import type { Fold } from "../plan/fold.ts";
import { ShardRanges, type ShardRange } from "../plan/shardRanges.ts";
import {
  type Ledger,
  type LedgerTransaction,
  type Page,
  type RequestRecord,
  type RunRecord,
  type StateCounts,
  type SweepRecord,
} from "./ledger.ts";
import { invalidPageToken, page } from "./page.ts";

/**
 * A ledger that lasts as long as its process. Like a durable ledger, it shows readers a
 * transaction's writes once it commits, all of them or none.
 */
export class MemoryLedger implements Ledger {
  readonly findings: readonly string[] = [];
  readonly #runs = new Map<string, RunRecord>();
  readonly #sweeps = new Map<string, SweepRecord>();
  readonly #requests = new Map<string, RequestRecord>();
  readonly #shards = new Map<string, Map<number, RecordedShard>>();
  /** The folds of each run, shortest first. */
  readonly #folds = new Map<string, readonly Fold[]>();
  readonly #mutex = new Mutex();

  transact<Result>(work: (transaction: LedgerTransaction) => Promise<Result>): Promise<Result> {
    return this.#mutex.run(async () => {
      const writes: (() => void)[] = [];
      const answer = await work(this.#transaction(writes));
      for (const write of writes) write();
      return answer;
    });
  }

  async run(name: string): Promise<RunRecord | undefined> {
    return this.#runs.get(name);
  }

  async runsNamed(names: readonly string[]): Promise<RunRecord[]> {
    return names.flatMap((name) => this.#runs.get(name) ?? []);
  }

  async sweep(name: string): Promise<SweepRecord | undefined> {
    return this.#sweeps.get(name);
  }

  async runs(pageSize: number, pageToken: string): Promise<Page<RunRecord>> {
    return pageOf([...this.#runs.values()], pageSize, pageToken);
  }

  async sweeps(pageSize: number, pageToken: string): Promise<Page<SweepRecord>> {
    return pageOf([...this.#sweeps.values()], pageSize, pageToken);
  }

  async sweepStates(sweeps: readonly string[]): Promise<ReadonlyMap<string, StateCounts>> {
    const asked = new Set(sweeps);
    const states = new Map<string, Map<RunState, number>>();
    for (const { sweep, state } of this.#runs.values()) {
      if (sweep === undefined || !asked.has(sweep)) continue;
      const counts = states.get(sweep) ?? new Map<RunState, number>();
      states.set(sweep, counts.set(state, (counts.get(state) ?? 0) + 1));
    }
    return states;
  }

  async *unfinishedRuns(): AsyncIterable<RunRecord> {
    yield* [...this.#runs.values()].filter(({ state }) => !hasEnded(state));
  }

  async *shards(run: string, from = 0): AsyncIterable<RecordedShard> {
    const shards = [...(this.#shards.get(run)?.values() ?? [])];
    yield* shards
      .filter(({ shardIndex }) => shardIndex >= from)
      .toSorted((a, b) => a.shardIndex - b.shardIndex);
  }

  async shardRanges(run: string, from: number): Promise<ShardRange[]> {
    const ranges = new ShardRanges();
    for (const shardIndex of this.#shards.get(run)?.keys() ?? []) {
      if (shardIndex >= from) ranges.add(shardIndex);
    }
    return ranges.toArray();
  }

  async shardsFrom(
    first: ReadonlyMap<string, number>,
  ): Promise<ReadonlyMap<string, readonly number[]>> {
    const found = new Map<string, readonly number[]>();
    for (const [run, from] of first) {
      const shards = [...(this.#shards.get(run)?.keys() ?? [])].filter((shard) => shard >= from);
      if (shards.length > 0) found.set(run, shards);
    }
    return found;
  }

  async digests(run: string, count: number): Promise<ShardDigest[]> {
    const shards = [...(this.#shards.get(run)?.values() ?? [])];
    const ascending = shards.toSorted((a, b) => a.shardIndex - b.shardIndex).slice(-count);
    return ascending.map(({ shardIndex, digest }) => ({ shardIndex, digest }));
  }

  async fold(run: string): Promise<Fold | undefined> {
    return this.#folds.get(run)?.at(-1);
  }

  async size(): Promise<undefined> {
    return undefined;
  }

  async close(): Promise<void> {
    await this.#mutex.idle();
  }

  #transaction(writes: (() => void)[]): LedgerTransaction {
    const inserted = new Set<string>();
    const deleted = new Set<string>();
    return {
      request: async (requestId) => this.#requests.get(requestId),
      putRequest: async (request) => {
        writes.push(() => this.#requests.set(request.requestId, request));
      },
      putRun: async (run) => {
        writes.push(() => this.#runs.set(run.name, run));
      },
      putSweep: async (sweep) => {
        writes.push(() => this.#sweeps.set(sweep.name, sweep));
      },
      putShard: async (run, shard) => {
        const key = `${run}/${shard.shardIndex}`;
        const committed =
          this.#shards.get(run)?.has(shard.shardIndex) === true && !deleted.has(key);
        if (committed || inserted.has(key)) {
          throw new Error(`shard ${shard.shardIndex} of ${run} is recorded already`);
        }
        inserted.add(key);
        writes.push(() => {
          const shards = this.#shards.get(run) ?? new Map<number, RecordedShard>();
          this.#shards.set(run, shards.set(shard.shardIndex, shard));
        });
      },
      deleteShard: async (run, shardIndex) => {
        inserted.delete(`${run}/${shardIndex}`);
        deleted.add(`${run}/${shardIndex}`);
        writes.push(() => this.#shards.get(run)?.delete(shardIndex));
      },
      putFold: async (run, fold) => {
        writes.push(() => this.#folds.set(run, [...(this.#folds.get(run) ?? []), fold]));
      },
      deleteFolds: async (run, shardIndex) => {
        writes.push(() => {
          const folds = this.#folds.get(run) ?? [];
          const kept = folds.filter(({ shardCount }) => shardCount <= shardIndex);
          this.#folds.set(run, kept);
        });
      },
    };
  }
}

/** A page, newest first, of records given in order of creation. */
function pageOf<Record extends { readonly name: string }>(
  records: readonly Record[],
  pageSize: number,
  pageToken: string,
): Page<Record> {
  const newestFirst = records.toReversed();
  if (pageToken === "") return page(newestFirst, pageSize);
  const last = newestFirst.findIndex(({ name }) => name === pageToken);
  if (last === -1) throw invalidPageToken(pageToken);
  return page(newestFirst.slice(last + 1), pageSize);
}
