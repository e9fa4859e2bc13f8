import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";

import { pino } from "pino";

import { Simulations } from "../../../coordinator/simulations/simulations.ts";
import { Engine } from "../../../coordinator/engine/engine.ts";
import type { LedgerTransaction } from "../../../coordinator/ledger/ledger.ts";
import { MemoryLedger } from "../../../coordinator/ledger/memoryLedger.ts";
import { DEFAULT_SCHEDULER_OPTIONS } from "../../../coordinator/scheduler/options.ts";
import { InlineWorker } from "../../support/inlineWorker.ts";
import { SHARD_SIZE, specificationWith } from "../../support/specifications.ts";

const SHARDS = 2000;
const MAXIMUM_RECORDINGS = 100;
/** Turns of the event loop: far more than the run would take. */
const LONG = 5000;

/** A ledger whose disk can be stopped. */
class StickingLedger extends MemoryLedger {
  #disk: Promise<void> = Promise.resolve();

  /** Holds all transactions until the returned function is called. */
  stick(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#disk = promise;
    return resolve;
  }

  override transact<Result>(
    work: (transaction: LedgerTransaction) => Promise<Result>,
  ): Promise<Result> {
    return super.transact(async (transaction) => {
      const answer = await work(transaction);
      await this.#disk;
      return answer;
    });
  }
}

function start(ledger: StickingLedger) {
  const outside = {
    ledger,
    log: pino({ level: "silent" }),
    clock: () => 0,
    wallClock: () => 1_700_000_000_000,
    onFatal: (error: unknown) => {
      throw error;
    },
  };
  const scheduler = { ...DEFAULT_SCHEDULER_OPTIONS, maximumRecordings: MAXIMUM_RECORDINGS };
  const engine = new Engine({ ...outside, scheduler, firstLease: 1 });
  return { engine, coordinator: new Simulations({ ...outside, engine, newId: () => "1" }) };
}

describe("a coordinator whose ledger sticks", () => {
  it("lets no more be computed than it can keep, and goes on with the ledger", async () => {
    const ledger = new StickingLedger();
    const { engine, coordinator } = start(ledger);
    const run = await coordinator.createRun(
      specificationWith({ stoppingRule: { replicaCount: SHARDS * SHARD_SIZE } }),
      { requestId: "", validateOnly: false },
    );
    const release = ledger.stick();
    const worker = new InlineWorker(engine, "w");
    for (let i = 0; i < LONG; i++) await turn();
    const held = worker.propagated.length;
    // Results of leases that were out already come in, too.
    assert.ok(held >= MAXIMUM_RECORDINGS, `${held} shards were propagated`);
    const most = MAXIMUM_RECORDINGS + 2 * DEFAULT_SCHEDULER_OPTIONS.leasesPerSlot;
    assert.ok(held <= most, `${held} shards were propagated`);
    const name = run.name ?? "";
    assert.equal(engine.activeRun(name)?.progress.foldedShards, 0);
    release();
    for (let i = 0; i < LONG && engine.activeRun(name) !== undefined; i++) await turn();
    await engine.flush();
    assert.equal((await coordinator.run(name)).state, "RUN_STATE_SUCCEEDED");
    assert.equal(new Set(worker.propagated).size, SHARDS);
  });
});
