import assert from "node:assert/strict";
import { computedAlike } from "../../coordinator/plan/computations.ts";
import { setImmediate as turn } from "node:timers/promises";

import type { Ledger, LedgerTransaction } from "../../coordinator/ledger/ledger.ts";
import type { RecordedShard } from "../../coordinator/plan/recordedShard.ts";
import { describeBatches } from "./ledgerBatches.ts";
import { describeFolds } from "./ledgerFolds.ts";
import { describePages } from "./ledgerPages.ts";
import { recordedShard, runRecord, sweepRecord } from "./ledgerRecords.ts";
import { describeSweepStates } from "./ledgerSweepStates.ts";

/** Tests what every ledger promises. `create` makes an empty one. */
export function describeLedger(kind: string, create: () => Promise<Ledger>): void {
  describe(`${kind}: the contract of a ledger`, () => {
    let ledger: Ledger;
    beforeEach(async () => {
      ledger = await create();
    });
    afterEach(async () => {
      await ledger.close();
    });

    const write = (work: (transaction: LedgerTransaction) => Promise<void>) =>
      ledger.transact(work);
    const shardsOf = (run: string): Promise<RecordedShard[]> => Array.fromAsync(ledger.shards(run));
    const known = (id: string) => ledger.transact((transaction) => transaction.request(id));
    const unfinished = async () =>
      (await Array.fromAsync(ledger.unfinishedRuns())).map((run) => run.name);

    describe("records", () => {
      it("come back as they were put, the outcome and all", async () => {
        const { partial } = recordedShard(0);
        const { backend: _b, generator: _g, firstReplica: _f, ...sums } = partial;
        const { replicaCount } = sums;
        const alike = { backend: "simd", generator: "g", shardCount: 1, replicaCount };
        const computations = computedAlike(alike);
        const run = runRecord("runs/a", {
          state: "SUCCEEDED",
          sweep: "sweeps/s",
          endTime: 1_700_000_000_123,
          outcome: { shardCount: 1, disagreementCount: 1, sums, computations },
        });
        const sweep = sweepRecord("sweeps/s", ["runs/a", "runs/b"]);
        await write(async (transaction) => {
          await transaction.putRun(run);
          await transaction.putSweep(sweep);
        });
        assert.deepEqual(await ledger.run("runs/a"), run);
        assert.deepEqual(await ledger.sweep("sweeps/s"), sweep);
      });

      it("are undefined where nothing was put", async () => {
        assert.equal(await ledger.run("runs/none"), undefined);
        assert.equal(await ledger.sweep("sweeps/none"), undefined);
        assert.deepEqual(await shardsOf("runs/none"), []);
      });

      it("are replaced by a newer one of the name", async () => {
        await write((transaction) => transaction.putRun(runRecord("runs/a")));
        const newer = runRecord("runs/a", { state: "FAILED", error: "it broke", revision: 2 });
        await write((transaction) => transaction.putRun(newer));
        assert.deepEqual(await ledger.run("runs/a"), newer);
      });

      it("of unfinished runs come oldest first, until they end", async () => {
        await write(async (transaction) => {
          for (const name of ["runs/c", "runs/a", "runs/b"])
            await transaction.putRun(runRecord(name));
        });
        await write((transaction) => transaction.putRun(runRecord("runs/c", { state: "RUNNING" })));
        assert.deepEqual(await unfinished(), ["runs/c", "runs/a", "runs/b"]);
        for (const [name, state] of [
          ["runs/c", "SUCCEEDED"],
          ["runs/a", "CANCELLING"],
          ["runs/b", "CANCELLED"],
        ] as const) {
          await write((transaction) => transaction.putRun(runRecord(name, { state })));
        }
        assert.deepEqual(await unfinished(), ["runs/a"]);
        await write((transaction) => transaction.putRun(runRecord("runs/a", { state: "FAILED" })));
        assert.deepEqual(await unfinished(), []);
      });
    });

    describe("shards", () => {
      it("come back in the order of their indexes, bit for bit", async () => {
        const put = [7, 0, 11, 3].map(recordedShard);
        for (const shard of put) {
          await write((transaction) => transaction.putShard("runs/a", shard));
        }
        assert.deepEqual(await shardsOf("runs/a"), [0, 3, 7, 11].map(recordedShard));
      });

      it("keep every double, denormal, huge or −0", async () => {
        const { partial, ...rest } = recordedShard(0);
        const moments = [{ mean: -0, m2: 5e-324, m3: -1.7976931348623157e308, m4: 0.1 + 0.2 }];
        const checkpoints = partial.checkpoints.map((sums) => ({ ...sums, moments }));
        const shard = { ...rest, partial: { ...partial, checkpoints } };
        await write((transaction) => transaction.putShard("runs/a", shard));
        assert.deepEqual(await shardsOf("runs/a"), [shard]);
      });

      it("belong to their run", async () => {
        await write((transaction) => transaction.putShard("runs/a", recordedShard(1)));
        await write((transaction) => transaction.putShard("runs/b", recordedShard(1)));
        await write((transaction) => transaction.deleteShard("runs/a", 1));
        assert.deepEqual(await shardsOf("runs/a"), []);
        assert.deepEqual(await shardsOf("runs/b"), [recordedShard(1)]);
      });

      it("are accepted once, and a refused one takes its transaction with it", async () => {
        await write((transaction) => transaction.putShard("runs/a", recordedShard(1)));
        const again = write(async (transaction) => {
          await transaction.putShard("runs/a", recordedShard(2));
          await transaction.putShard("runs/a", recordedShard(1));
        });
        await assert.rejects(again);
        assert.deepEqual(await shardsOf("runs/a"), [recordedShard(1)]);
      });

      it("are accepted once within a transaction too", async () => {
        const twice = write(async (transaction) => {
          await transaction.putShard("runs/a", recordedShard(1));
          await transaction.putShard("runs/a", recordedShard(1));
        });
        await assert.rejects(twice);
        assert.deepEqual(await shardsOf("runs/a"), []);
      });

      it("may be put again once deleted, in the same transaction too", async () => {
        await write((transaction) => transaction.putShard("runs/a", recordedShard(1)));
        const fuller = { ...recordedShard(1), digest: "of a full one" };
        await write(async (transaction) => {
          await transaction.deleteShard("runs/a", 1);
          await transaction.putShard("runs/a", fuller);
        });
        assert.deepEqual(await shardsOf("runs/a"), [fuller]);
      });

      it("can be deleted though they are not there", async () => {
        await write((transaction) => transaction.deleteShard("runs/a", 5));
        assert.deepEqual(await shardsOf("runs/a"), []);
      });
    });

    describe("a transaction", () => {
      it("answers what its work answers", async () => {
        assert.equal(await ledger.transact(async () => 42), 42);
      });

      it("that fails leaves nothing behind and does not disturb those after it", async () => {
        const failure = new Error("the work failed");
        const failed = write(async (transaction) => {
          await transaction.putRun(runRecord("runs/a"));
          await transaction.putSweep(sweepRecord("sweeps/a"));
          await transaction.putShard("runs/a", recordedShard(0));
          await transaction.putRequest({ requestId: "q", fingerprint: "f", resource: "runs/a" });
          throw failure;
        });
        const next = write((transaction) => transaction.putRun(runRecord("runs/b")));
        await assert.rejects(failed, failure);
        await next;
        assert.equal(await ledger.run("runs/a"), undefined);
        assert.equal(await ledger.sweep("sweeps/a"), undefined);
        assert.deepEqual(await shardsOf("runs/a"), []);
        assert.equal(await known("q"), undefined);
        assert.deepEqual(await unfinished(), ["runs/b"]);
      });

      it("is seen as a whole or not at all", async () => {
        const writer = { isDone: false };
        const writing = write(async (transaction) => {
          await transaction.putRun(runRecord("runs/a"));
          for (let shardIndex = 0; shardIndex < 10; shardIndex++) {
            await turn();
            await transaction.putShard("runs/a", recordedShard(shardIndex));
          }
        }).finally(() => {
          writer.isDone = true;
        });
        let seen = 0;
        while (!writer.isDone) {
          const run = await ledger.run("runs/a");
          const shards = await shardsOf("runs/a");
          // The shards were read after the run: whoever saw the run must see all of them.
          if (run !== undefined) assert.equal(shards.length, 10);
          seen += 1;
          await turn();
        }
        await writing;
        assert.ok(seen > 0);
        assert.equal((await shardsOf("runs/a")).length, 10);
      });

      it("does not overlap another", async () => {
        const steps: string[] = [];
        const transaction = (name: string) =>
          write(async () => {
            steps.push(`${name} begins`);
            await turn();
            steps.push(`${name} ends`);
          });
        await Promise.all(["a", "b", "c"].map(transaction));
        assert.deepEqual(
          steps,
          ["a", "b", "c"].flatMap((name) => [`${name} begins`, `${name} ends`]),
        );
      });

      it("is finished before the ledger closes", async () => {
        let finished = false;
        const writing = write(async () => {
          await turn();
          finished = true;
        });
        await ledger.close();
        assert.ok(finished);
        await writing;
        ledger = await create();
      });
    });

    describe("request ids", () => {
      it("stand for what they stood for the first time", async () => {
        const request = { requestId: "q", fingerprint: "f", resource: "runs/a" };
        assert.equal(await known("q"), undefined);
        await write((transaction) => transaction.putRequest(request));
        assert.deepEqual(await known("q"), request);
      });
    });

    describeFolds(() => ledger);
    describePages(() => ledger);
    describeSweepStates(() => ledger);
    describeBatches(() => ledger);
  });
}
