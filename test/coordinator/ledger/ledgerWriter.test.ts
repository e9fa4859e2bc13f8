import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";

import type { Ledger, LedgerTransaction } from "../../../coordinator/ledger/ledger.ts";
import { LedgerWriter } from "../../../coordinator/ledger/ledgerWriter.ts";
import { MemoryLedger } from "../../../coordinator/ledger/memoryLedger.ts";
import { runRecord } from "../../support/ledgerRecords.ts";

/** A ledger whose disk is as slow as the test wants: a commit waits for its release. */
class HeldLedger extends MemoryLedger {
  /** The writes of each transaction so far. */
  readonly batches: string[][] = [];
  #release: (() => void) | undefined;
  #failure: Error | undefined;

  override transact<Result>(
    work: (transaction: LedgerTransaction) => Promise<Result>,
  ): Promise<Result> {
    return super.transact(async (transaction) => {
      const batch: string[] = [];
      this.batches.push(batch);
      const answer = await work({
        ...transaction,
        putRun: async (run) => {
          batch.push(run.name);
          await transaction.putRun(run);
        },
      });
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#release = resolve;
      await promise;
      if (this.#failure !== undefined) throw this.#failure;
      return answer;
    });
  }

  /** Lets the commit that waits reach the disk. */
  async release(failure?: Error): Promise<void> {
    this.#failure = failure;
    await turn();
    this.#release?.();
    await turn();
  }
}

function putRun(name: string) {
  return (transaction: LedgerTransaction) => transaction.putRun(runRecord(name));
}

describe("LedgerWriter", () => {
  let ledger: HeldLedger;
  let writer: LedgerWriter;
  let failures: unknown[];
  let durable: string[];
  beforeEach(() => {
    ledger = new HeldLedger();
    failures = [];
    durable = [];
    writer = new LedgerWriter(ledger satisfies Ledger, (error) => failures.push(error));
  });

  function enqueue(...names: readonly string[]): void {
    for (const name of names) void writer.enqueue(putRun(name)).then(() => durable.push(name));
  }

  it("says that a write is durable when it is, not before", async () => {
    enqueue("a");
    await turn();
    assert.deepEqual([ledger.batches, durable], [[["a"]], []]);
    await ledger.release();
    assert.deepEqual(durable, ["a"]);
    assert.equal((await ledger.run("a"))?.name, "a");
  });

  it("gathers what comes during a commit in the next one, in order", async () => {
    enqueue("a");
    await turn();
    enqueue("b", "c");
    await turn();
    enqueue("d");
    await ledger.release();
    assert.deepEqual(durable, ["a"]);
    await ledger.release();
    assert.deepEqual(durable, ["a", "b", "c", "d"]);
    assert.deepEqual(ledger.batches, [["a"], ["b", "c", "d"]]);
  });

  it("goes on after it was idle", async () => {
    enqueue("a");
    await ledger.release();
    enqueue("b");
    await ledger.release();
    assert.deepEqual(ledger.batches, [["a"], ["b"]]);
    assert.deepEqual(durable, ["a", "b"]);
  });

  it("flushes what was enqueued so far, the next batch too", async () => {
    let flushed = false;
    enqueue("a");
    await turn();
    enqueue("b");
    void writer.flush().then(() => {
      flushed = true;
    });
    await ledger.release();
    assert.equal(flushed, false);
    await ledger.release();
    assert.equal(flushed, true);
    assert.deepEqual(durable, ["a", "b"]);
    await writer.flush();
  });

  it("writes nothing more to a ledger that failed, and says so once", async () => {
    enqueue("a");
    await turn();
    enqueue("b");
    await ledger.release(new Error("the disk is full"));
    enqueue("c");
    await ledger.release();
    assert.deepEqual(failures.map(String), ["Error: the disk is full"]);
    assert.deepEqual(durable, []);
    assert.deepEqual(ledger.batches, [["a"]]);
    assert.equal(await ledger.run("a"), undefined);
    await assert.rejects(writer.flush(), /the ledger has failed/);
  });

  it("takes a write that throws for a failure of the ledger", async () => {
    void writer.enqueue(() => Promise.reject(new Error("recorded already")));
    await turn();
    assert.deepEqual(failures.map(String), ["Error: recorded already"]);
  });

  it("commits together what is enqueued while it gathers", async () => {
    const gathered = Promise.withResolvers<void>();
    const gathering = new LedgerWriter(ledger, assert.ifError, () => gathered.promise);
    const written = ["runs/a", "runs/b", "runs/c"].map((name) =>
      gathering.enqueue((transaction) => transaction.putRun(runRecord(name))),
    );
    await turn();
    assert.deepEqual(ledger.batches, [], "nothing has begun yet");
    gathered.resolve();
    await turn();
    await ledger.release();
    await Promise.all(written);
    assert.deepEqual(ledger.batches, [["runs/a", "runs/b", "runs/c"]]);
  });

  it("tells how much was committed before, from one idle time to the next", async () => {
    const told: number[] = [];
    writer = new LedgerWriter(ledger, assert.ifError, async (lastBatch) => {
      told.push(lastBatch);
    });
    enqueue("a");
    await turn();
    enqueue("b", "c");
    await ledger.release();
    enqueue("d");
    await ledger.release();
    await ledger.release();
    enqueue("e");
    await ledger.release();
    assert.deepEqual(ledger.batches, [["a"], ["b", "c"], ["d"], ["e"]]);
    assert.deepEqual(told, [0, 1, 2, 0]);
  });
});
