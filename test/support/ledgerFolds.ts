import assert from "node:assert/strict";

import type { Ledger, LedgerTransaction } from "../../coordinator/ledger/ledger.ts";
import type { RecordedShard } from "../../coordinator/plan/recordedShard.ts";
import { computedAlike } from "../../coordinator/plan/computations.ts";
import type { Fold } from "../../coordinator/plan/fold.ts";
import { recordedShard } from "./ledgerRecords.ts";

/** A shard of any index: ledgers do not know plans. */
function shardAt(shardIndex: number): RecordedShard {
  return { ...recordedShard(0), shardIndex, digest: `digest ${shardIndex}` };
}

function foldOf(shardCount: number): Fold {
  const { replicaCount, observables, checkpoints } = recordedShard(shardCount).partial;
  const computations = computedAlike({ backend: "simd", generator: "g", shardCount, replicaCount });
  return { shardCount, sums: { replicaCount, observables, checkpoints }, computations };
}

/** Tests what every ledger promises for resuming a run of very many shards. */
export function describeFolds(current: () => Ledger): void {
  const write = (work: (transaction: LedgerTransaction) => Promise<void>) =>
    current().transact(work);
  const putShards = (run: string, indexes: readonly number[]) =>
    write(async (transaction) => {
      for (const index of indexes) await transaction.putShard(run, shardAt(index));
    });
  const putFolds = (run: string, ...counts: readonly number[]) =>
    write(async (transaction) => {
      for (const count of counts) await transaction.putFold(run, foldOf(count));
    });

  const indexesFrom = async (from: number) =>
    (await Array.fromAsync(current().shards("runs/a", from))).map((shard) => shard.shardIndex);

  describe("shards from an index on", () => {
    it("are that one and the later ones, ascending", async () => {
      await putShards("runs/a", [9, 2, 5, 7]);
      await putShards("runs/b", [6]);
      assert.deepEqual(await indexesFrom(5), [5, 7, 9]);
      assert.deepEqual(await indexesFrom(6), [7, 9]);
      assert.deepEqual(await indexesFrom(10), []);
    });

    it("come page after page, each of them once", async () => {
      await putShards("runs/a", [...Array(1203).keys()]);
      const expected = Array.from({ length: 1200 }, (_, i) => i + 3);
      assert.deepEqual(await indexesFrom(3), expected);
    });
  });

  describe("ranges of shards", () => {
    it("are joined across queries, and apart where a shard is missing", async () => {
      const page = 65_536;
      const [first, second, third] = [7 + page, 7 + 2 * page, 7 + 5 * page];
      const before = [7, 8, first - 2, first - 1, first, first + 1];
      const after = [second - 1, second + 1, third, third + 1];
      await putShards("runs/a", [...before, ...after]);
      await putShards("runs/b", [9]);
      assert.deepEqual(await current().shardRanges("runs/a", 0), [
        { first: 7, end: 9 },
        { first: first - 2, end: first + 2 },
        { first: second - 1, end: second },
        { first: second + 1, end: second + 2 },
        { first: third, end: third + 2 },
      ]);
    });

    it("begin where it is asked for, within a range too", async () => {
      await putShards("runs/a", [0, 1, 2, 3, 5]);
      const expected = [
        { first: 2, end: 4 },
        { first: 5, end: 6 },
      ];
      assert.deepEqual(await current().shardRanges("runs/a", 2), expected);
      assert.deepEqual(await current().shardRanges("runs/a", 6), []);
      assert.deepEqual(await current().shardRanges("runs/none", 0), []);
    });
  });

  describe("digests", () => {
    it("are those of the last shards, ascending", async () => {
      await putShards("runs/a", [4, 0, 11, 3]);
      await putShards("runs/b", [20]);
      const last = [4, 11].map((shardIndex) => ({ shardIndex, digest: `digest ${shardIndex}` }));
      assert.deepEqual(await current().digests("runs/a", 2), last);
      assert.equal((await current().digests("runs/a", 100)).length, 4);
      assert.deepEqual(await current().digests("runs/none", 2), []);
    });
  });

  describe("a fold", () => {
    it("is the longest of its run, bit for bit", async () => {
      assert.equal(await current().fold("runs/a"), undefined);
      await putFolds("runs/a", 4, 8);
      await putFolds("runs/b", 12);
      assert.deepEqual(await current().fold("runs/a"), foldOf(8));
    });

    it("is deleted with the shards that it holds, and shorter ones stay", async () => {
      await putFolds("runs/a", 4, 8, 12);
      await putFolds("runs/b", 12);
      await write((transaction) => transaction.deleteFolds("runs/a", 12));
      assert.equal((await current().fold("runs/a"))?.shardCount, 12);
      await write((transaction) => transaction.deleteFolds("runs/a", 11));
      assert.equal((await current().fold("runs/a"))?.shardCount, 8);
      await write((transaction) => transaction.deleteFolds("runs/a", 4));
      assert.equal((await current().fold("runs/a"))?.shardCount, 4);
      await write((transaction) => transaction.deleteFolds("runs/a", 0));
      assert.equal(await current().fold("runs/a"), undefined);
      assert.equal((await current().fold("runs/b"))?.shardCount, 12);
    });

    it("is not seen if its transaction fails, nor is its deletion", async () => {
      const failure = new Error("the work failed");
      await putFolds("runs/a", 4);
      const failed = write(async (transaction) => {
        await transaction.deleteFolds("runs/a", 0);
        await transaction.putFold("runs/a", foldOf(8));
        throw failure;
      });
      await assert.rejects(failed, failure);
      assert.equal((await current().fold("runs/a"))?.shardCount, 4);
    });

    it("may be put again once deleted, in the same transaction too", async () => {
      await putFolds("runs/a", 4);
      await write(async (transaction) => {
        await transaction.deleteFolds("runs/a", 2);
        await transaction.putFold("runs/a", foldOf(4));
      });
      assert.deepEqual(await current().fold("runs/a"), foldOf(4));
    });
  });
}
