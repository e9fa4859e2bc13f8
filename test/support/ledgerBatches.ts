import assert from "node:assert/strict";

import { pino } from "pino";

import { Engine } from "../../coordinator/engine/engine.ts";
import type { Ledger, LedgerTransaction } from "../../coordinator/ledger/ledger.ts";
import { DEFAULT_SCHEDULER_OPTIONS } from "../../coordinator/scheduler/options.ts";
import { Simulations } from "../../coordinator/simulations/simulations.ts";
import { recordedShard, runRecord } from "./ledgerRecords.ts";
import { SHARD_SIZE, specificationWith } from "./specifications.ts";

/** More than are written in one statement, and than are named in one condition. */
const MANY = 1100;

function fails(error: unknown): void {
  throw error;
}

/** Tests what every ledger promises where a whole sweep is written at once. */
export function describeBatches(current: () => Ledger): void {
  const write = (work: (transaction: LedgerTransaction) => Promise<void>) =>
    current().transact(work);
  const names = Array.from({ length: MANY }, (_, i) => `runs/${i}`);

  describe("a thousand runs in one transaction", () => {
    it("come back in their order, each as it was put last", async () => {
      await write(async (transaction) => {
        for (const name of names) await transaction.putRun(runRecord(name));
        await transaction.putRun(runRecord("runs/7", { error: "put again", revision: 2 }));
      });
      const unfinished = await Array.fromAsync(current().unfinishedRuns());
      assert.deepEqual(
        unfinished.map(({ name }) => name),
        names,
      );
      assert.equal((await current().run("runs/7"))?.error, "put again");
      await write(async (transaction) => {
        for (const name of names) {
          await transaction.putRun(
            runRecord(name, { state: "CANCELLED", endTime: 9, revision: 3 }),
          );
        }
      });
      assert.deepEqual(await Array.fromAsync(current().unfinishedRuns()), []);
      const expected = runRecord("runs/1099", { state: "CANCELLED", endTime: 9, revision: 3 });
      assert.deepEqual(await current().run("runs/1099"), expected);
    });

    it("are found by their names, and those that there are not are left out", async () => {
      await write(async (transaction) => {
        for (const name of names) await transaction.putRun(runRecord(name));
      });
      const found = await current().runsNamed(["runs/3", "runs/none", "runs/1"]);
      assert.deepEqual(found.map(({ name }) => name).toSorted(), ["runs/1", "runs/3"]);
      assert.deepEqual(await current().runsNamed([]), []);
    });

    it("lose the shards and folds that are deleted, and no others", async () => {
      await write(async (transaction) => {
        for (const name of names) {
          await transaction.putShard(name, recordedShard(0));
          await transaction.putShard(name, recordedShard(1));
        }
      });
      const { partial } = recordedShard(0);
      const { backend: _b, generator: _g, firstReplica: _f, ...sums } = partial;
      await write(async (transaction) => {
        for (const name of ["runs/0", "runs/1"]) {
          for (const shardCount of [1, 2]) await transaction.putFold(name, { shardCount, sums });
        }
      });
      const kept = "runs/1";
      await write(async (transaction) => {
        for (const name of names.filter((each) => each !== kept)) {
          await transaction.deleteShard(name, 1);
          await transaction.deleteFolds(name, 1);
        }
      });
      const shards = await current().shardsFrom(new Map(names.map((name) => [name, 1])));
      assert.deepEqual([...shards], [[kept, [1]]]);
      const all = await current().shardsFrom(new Map(names.map((name) => [name, 0])));
      assert.equal(all.size, MANY);
      assert.deepEqual(all.get("runs/0"), [0]);
      assert.deepEqual(all.get(kept)?.toSorted(), [0, 1]);
      assert.equal((await current().fold("runs/0"))?.shardCount, 1);
      assert.equal((await current().fold(kept))?.shardCount, 2);
    });
  });

  it("takes one transaction to create a sweep, one to extend it and one to cancel it", async () => {
    let transactions = 0;
    const counted = new Proxy(current(), {
      get: (ledger, key) => {
        if (key === "transact") transactions += 1;
        const value: unknown = Reflect.get(ledger, key);
        return typeof value === "function" ? (value.bind(ledger) as unknown) : value;
      },
    });
    const outside = {
      ledger: counted,
      log: pino({ level: "silent" }),
      clock: () => 0,
      wallClock: () => 1_700_000_000_000,
    };
    const scheduler = DEFAULT_SCHEDULER_OPTIONS;
    const engine = new Engine({ ...outside, firstLease: 1, scheduler, onFatal: fails });
    let ids = 0;
    const newId = () => String((ids += 1));
    const simulations = new Simulations({ ...outside, engine, newId });
    const specifications = Array.from({ length: 300 }, (_, seed) =>
      specificationWith({ seed, stoppingRule: { replicaCount: 2 * SHARD_SIZE } }),
    );
    const creation = { requestId: "", validateOnly: false };
    const { name = "" } = await simulations.createSweep("", specifications, creation);
    assert.equal(transactions, 1);
    const extended = await simulations.extendSweep(name, { replicaCount: 3 * SHARD_SIZE });
    assert.equal(transactions, 2);
    assert.ok(
      extended.runs?.every(({ stoppingRule }) => stoppingRule?.replicaCount === 3 * SHARD_SIZE),
    );
    const cancelled = await simulations.cancelSweep(name);
    assert.equal(transactions, 3);
    assert.equal(cancelled.endedRunCount, 300);
  });
}
