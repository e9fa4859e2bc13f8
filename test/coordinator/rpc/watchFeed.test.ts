import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";

import { pino } from "pino";

import { Engine } from "../../../coordinator/engine/engine.ts";
import { MemoryLedger } from "../../../coordinator/ledger/memoryLedger.ts";
import { WatchFeed } from "../../../coordinator/rpc/watchFeed.ts";
import { encodeRunOfSweep } from "../../../coordinator/rpc/watchMessages.ts";
import { DEFAULT_SCHEDULER_OPTIONS } from "../../../coordinator/scheduler/options.ts";
import { Simulations } from "../../../coordinator/simulations/simulations.ts";
import { InlineWorker } from "../../support/inlineWorker.ts";
import { SHARD_SIZE, specificationWith } from "../../support/specifications.ts";

const RUNS = 60;
const WATCHERS = 40;

describe("what many watch", () => {
  let engine: Engine;
  let simulations: Simulations;
  let feed: WatchFeed;
  let names: readonly string[];

  beforeEach(async () => {
    const ledger = new MemoryLedger();
    let ids = 0;
    const outside = {
      ledger,
      log: pino({ level: "silent" }),
      clock: () => 0,
      wallClock: () => 1_700_000_000_000,
    };
    engine = new Engine({
      ...outside,
      firstLease: 1,
      scheduler: DEFAULT_SCHEDULER_OPTIONS,
      onFatal: (error) => {
        throw error;
      },
    });
    simulations = new Simulations({ ...outside, engine, newId: () => String((ids += 1)) });
    const specifications = Array.from({ length: RUNS }, (_, seed) =>
      specificationWith({ seed, stoppingRule: { replicaCount: SHARD_SIZE } }),
    );
    const creation = { requestId: "", validateOnly: false };
    const { runs = [] } = await simulations.createSweep("", specifications, creation);
    names = runs.map(({ name = "" }) => name);
    const source = {
      names,
      read: (some: readonly string[]) => simulations.summaries(some),
      encode: encodeRunOfSweep,
    };
    feed = new WatchFeed(simulations, source, { pause: 1, limit: 1e6 });
  });
  afterEach(() => {
    feed[Symbol.dispose]();
  });

  it("is read and encoded once for all of them", async () => {
    await Promise.all(Array.from({ length: WATCHERS }, () => feed.refresh()));
    assert.equal(feed.encodedCount, RUNS);
    assert.deepEqual(feed.changedSince(0), names);
    const { version } = feed;
    const looks = Array.from({ length: WATCHERS }, () => feed.next());
    const worker = new InlineWorker(engine, "w", 1);
    await Promise.all(looks);
    await engine.flush();
    await turn();
    await Promise.all(Array.from({ length: WATCHERS }, () => feed.refresh()));
    assert.equal(worker.propagated.length, 1);
    const changed = feed.changedSince(version);
    assert.ok(changed.includes(names[0] ?? ""));
    // Those that were granted changed, too; nobody made anybody look at the rest.
    assert.ok(feed.encodedCount < RUNS + 4 * changed.length, `${feed.encodedCount}`);
  });

  it("has ended once all of it has, and begins again when it is extended", async () => {
    const worker = new InlineWorker(engine, "w");
    while (engine.unfinishedRecords.size > 0) await turn();
    await feed.refresh();
    assert.equal(worker.propagated.length, RUNS);
    assert.ok(feed.hasEnded);
    worker.leave();
    await simulations.extendRun(names[7] ?? "", { replicaCount: 2 * SHARD_SIZE }, "");
    await feed.refresh();
    assert.ok(!feed.hasEnded);
    assert.deepEqual(
      feed.states.filter((state) => state !== "SUCCEEDED"),
      ["QUEUED"],
    );
  });
});
