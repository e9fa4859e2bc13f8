import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";

import { pino } from "pino";

import { Engine } from "../../../coordinator/engine/engine.ts";
import type { LedgerTransaction, Page, RunRecord } from "../../../coordinator/ledger/ledger.ts";
import { MemoryLedger } from "../../../coordinator/ledger/memoryLedger.ts";
import { DEFAULT_SCHEDULER_OPTIONS } from "../../../coordinator/scheduler/options.ts";
import { Simulations } from "../../../coordinator/simulations/simulations.ts";
import { InlineWorker } from "../../support/inlineWorker.ts";
import { SHARD_SIZE, specificationWith } from "../../support/specifications.ts";

const CREATE = { requestId: "", validateOnly: false };

/** A ledger that counts reads. A test may hold up its commits, or act after a page is read. */
class WatchedLedger extends MemoryLedger {
  readonly reads = { run: 0, runsNamed: 0, runs: 0, sweep: 0, sweeps: 0, sweepStates: 0 };
  afterRuns: () => Promise<void> = async () => undefined;
  mayCommit: Promise<void> = Promise.resolve();

  override async transact<Result>(work: (transaction: LedgerTransaction) => Promise<Result>) {
    await this.mayCommit;
    return super.transact(work);
  }

  override async run(name: string) {
    this.reads.run += 1;
    return super.run(name);
  }

  override async runsNamed(names: readonly string[]) {
    this.reads.runsNamed += 1;
    return super.runsNamed(names);
  }

  override async runs(pageSize: number, pageToken: string): Promise<Page<RunRecord>> {
    this.reads.runs += 1;
    const page = await super.runs(pageSize, pageToken);
    await this.afterRuns();
    return page;
  }

  override async sweep(name: string) {
    this.reads.sweep += 1;
    return super.sweep(name);
  }

  override async sweeps(pageSize: number, pageToken: string) {
    this.reads.sweeps += 1;
    return super.sweeps(pageSize, pageToken);
  }

  override async sweepStates(names: readonly string[]) {
    this.reads.sweepStates += 1;
    return super.sweepStates(names);
  }
}

describe("SimulationReads", () => {
  let ledger: WatchedLedger;
  let engine: Engine;
  let simulations: Simulations;
  /** Seconds of the coordinator's clock. */
  let time: number;

  beforeEach(() => {
    ledger = new WatchedLedger();
    time = 0;
    let ids = 0;
    const outside = {
      ledger,
      log: pino({ level: "silent" }),
      clock: () => time,
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
  });

  /** Creates a sweep of runs with these numbers of shards; returns its name and theirs. */
  async function createSweep(...shards: readonly number[]) {
    const specifications = shards.map((count, seed) =>
      specificationWith({ seed, stoppingRule: { replicaCount: count * SHARD_SIZE } }),
    );
    const { name = "", runs = [] } = await simulations.createSweep("", specifications, CREATE);
    return { name, runs: runs.map((run) => run.name ?? "") };
  }

  /** Counts what is read while `look` runs. */
  async function readsOf(look: () => Promise<unknown>) {
    const before = { ...ledger.reads };
    await look();
    return Object.fromEntries(
      Object.entries(ledger.reads)
        .map(([name, count]) => [name, count - before[name as keyof typeof before]] as const)
        .filter(([, count]) => count > 0),
    );
  }

  /** Has a worker do a number of shards, until everything is durable. */
  async function propagate(shards: number) {
    const worker = new InlineWorker(engine, `w${shards}`, shards);
    // Nothing here waits for anything but promises.
    await turn();
    assert.equal(worker.propagated.length, shards);
    worker.leave();
    // The next worker gets the leases that this one has not answered.
    time += 1000;
    engine.dispatch({ kind: "tick" });
  }

  /** What a list of sweeps must show: each sweep as it is read by itself, without its runs. */
  async function sweepsOneByOne(names: readonly string[]) {
    const sweeps = [];
    for (const name of names) sweeps.push({ ...(await simulations.sweep(name)), runs: [] });
    return sweeps;
  }

  it("list sweeps as each is, in every state of their runs", async () => {
    const [a, b] = [await createSweep(2, 1), await createSweep(1)];
    const newestFirst = [b.name, a.name];
    const seen: string[] = [];
    const compare = async () => {
      const { sweeps } = await simulations.sweeps(10, "");
      assert.deepEqual(sweeps, await sweepsOneByOne(newestFirst));
      const words = sweeps.map(({ state, endedRunCount }) => `${state} ${endedRunCount}`);
      seen.push(words.join(", ").replaceAll("RUN_STATE_", ""));
    };
    await compare();
    await propagate(1);
    await compare();
    const commits = Promise.withResolvers<void>();
    ledger.mayCommit = commits.promise;
    const cancelling = simulations.cancelRun(a.runs[0] ?? "");
    while (engine.unfinishedRecords.get(a.runs[0] ?? "")?.state !== "CANCELLING") {
      await Promise.resolve();
    }
    await compare();
    commits.resolve();
    await cancelling;
    await compare();
    await propagate(2);
    await compare();
    const steps = [
      "QUEUED 0, QUEUED 0",
      "RUNNING 0, RUNNING 0",
      "RUNNING 0, CANCELLING 0",
      "RUNNING 0, RUNNING 1",
      "SUCCEEDED 1, CANCELLED 2",
    ];
    assert.deepEqual(seen, steps);
  });

  it("list sweeps by two queries, however many runs they have", async () => {
    await createSweep(1, 1, 1);
    await propagate(3);
    await createSweep(2, 2, 2);
    assert.deepEqual(await readsOf(() => simulations.sweeps(10, "")), {
      sweeps: 1,
      sweepStates: 1,
    });
  });

  it("read the ended runs of a sweep some at a time, not one by one", async () => {
    const { name, runs } = await createSweep(...Array.from({ length: 40 }, () => 1));
    await propagate(40);
    const sweep = await simulations.sweep(name);
    assert.deepEqual(
      sweep.runs?.map((run) => run.name),
      runs,
    );
    assert.deepEqual(await readsOf(() => simulations.sweep(name)), { sweep: 1, runsNamed: 2 });
  });

  it("list runs as each is, by one query", async () => {
    const { runs } = await createSweep(1, 1, 2);
    await propagate(3);
    assert.deepEqual(await readsOf(() => simulations.runs(10, "")), { runs: 1 });
    const expected = [];
    for (const name of runs.toReversed()) expected.push(await simulations.run(name));
    assert.deepEqual((await simulations.runs(10, "")).runs, expected);
    assert.deepEqual(
      expected.map(({ endTime, shardCount }) => [endTime !== null, shardCount]),
      [
        [false, 1],
        [true, 1],
        [true, 1],
      ],
    );
  });

  it("list a run as it ended that did while the page was read", async () => {
    const { runs } = await createSweep(3);
    await propagate(2);
    ledger.afterRuns = async () => {
      await simulations.cancelRun(runs[0] ?? "");
    };
    const [run] = (await simulations.runs(10, "")).runs;
    assert.equal(run?.state, "RUN_STATE_CANCELLED");
    assert.equal(run.shardCount, 2);
  });
});
