import assert from "node:assert/strict";
import { setImmediate as immediately } from "node:timers/promises";

import { pino } from "pino";

import { Engine } from "../../../coordinator/engine/engine.ts";
import { MemoryLedger } from "../../../coordinator/ledger/memoryLedger.ts";
import { DEFAULT_SCHEDULER_OPTIONS } from "../../../coordinator/scheduler/options.ts";
import { Simulations } from "../../../coordinator/simulations/simulations.ts";
import type { Run } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { InlineWorker } from "../../support/inlineWorker.ts";
import { SHARD_SIZE, specificationWith } from "../../support/specifications.ts";

const SHARDS = 30;
const RULE = { replicaCount: SHARDS * SHARD_SIZE };

/** One life of a coordinator on a ledger, with a clock that stands still unless it is turned. */
class Life {
  readonly ledger: MemoryLedger;
  readonly engine: Engine;
  readonly coordinator: Simulations;
  readonly logged: string[] = [];
  #at = 0;

  constructor(ledger: MemoryLedger, life = 1) {
    this.ledger = ledger;
    const log = pino({ level: "debug" }, { write: (line: string) => this.logged.push(line) });
    const outside = {
      log,
      clock: () => this.#at,
      wallClock: () => 1_700_000_000_000,
      scheduler: { ...DEFAULT_SCHEDULER_OPTIONS, doubleCheckInterval: 0 },
      onFatal: (error: unknown) => {
        throw error;
      },
    };
    this.engine = new Engine({ ...outside, ledger, firstLease: life * 1e6 });
    const newId = () => `${life}`;
    this.coordinator = new Simulations({ ...outside, engine: this.engine, ledger, newId });
  }

  join(id: string, generator: string, allowance = Infinity): InlineWorker {
    return new InlineWorker(this.engine, id, allowance, generator);
  }

  /** Lets time pass, second by second, while all these workers give signs of life. */
  async pass(seconds: number, ...workers: string[]): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      this.#at += 1;
      for (const worker of workers) {
        const heldLeases = [...this.engine.scheduler.leases.values()]
          .filter((lease) => lease.worker === worker)
          .map(({ id }) => id);
        this.engine.dispatch({ kind: "heartbeat", worker, heldLeases });
      }
      this.engine.dispatch({ kind: "tick" });
      await immediately();
    }
  }

  async create(): Promise<string> {
    const specification = specificationWith({ stoppingRule: RULE });
    const options = { requestId: "", validateOnly: false };
    const { name } = await this.coordinator.createRun(specification, options);
    return String(name);
  }

  async eventually(name: string, holds: (run: Run) => boolean): Promise<Run> {
    for (let i = 0; i < 1000; i++) {
      const run = await this.coordinator.run(name);
      if (holds(run)) return run;
      await immediately();
    }
    assert.fail(`it never holds for ${JSON.stringify(await this.coordinator.run(name))}`);
  }

  async generators(name: string): Promise<string[]> {
    const shards = await Array.fromAsync(this.ledger.shards(name));
    return [...new Set(shards.map(({ partial }) => partial.generator))];
  }
}

function hasSucceeded({ state }: Run): boolean {
  return String(state).endsWith("SUCCEEDED");
}

function hasShards(count: number) {
  return ({ progress }: Run) => progress?.completedShardCount === count;
}

describe("Coordinator with a worker of a generator that nobody else has", () => {
  it("computes the run anew if it falls silent, and says so before", async () => {
    const life = new Life(new MemoryLedger());
    life.join("own", "own", 3);
    const name = await life.create();
    await life.eventually(name, hasShards(3));
    await life.pass(80, "own");
    assert.match(
      (await life.coordinator.run(name)).error ?? "",
      /^it waits for own, which holds leases, and whose simd is own, like that of its first 3 shards; nothing has come for 80 s$/,
    );
    life.join("honest", "fused");
    await life.pass(1, "own", "honest");
    const run = await life.eventually(name, hasSucceeded);
    assert.deepEqual([run.shardCount, run.error], [SHARDS, ""]);
    assert.deepEqual(await life.generators(name), ["fused"]);
    assert.ok(life.logged.some((line) => line.includes("their generator own is given up")));
  });

  it("says when others will", async () => {
    const life = new Life(new MemoryLedger());
    const own = life.join("own", "own", 1);
    const name = await life.create();
    await life.eventually(name, hasShards(1));
    own.leave();
    life.join("honest", "fused");
    await life.pass(20, "honest");
    assert.equal(
      (await life.coordinator.run(name)).error,
      "it waits for a worker whose simd is own, like that of its first shard; honest, with another " +
        "simd, will compute all of it anew if nothing comes for another 40 s",
    );
  });

  it("waits for it after a restart, until somebody cancels and extends the run", async () => {
    const ledger = new MemoryLedger();
    const before = new Life(ledger);
    before.join("own", "own", 3);
    const name = await before.create();
    await before.eventually(name, hasShards(3));

    const after = new Life(ledger, 2);
    await after.engine.start();
    after.join("honest", "fused");
    await after.pass(1000, "honest");
    assert.equal(
      (await after.coordinator.run(name)).error,
      "it waits for a worker whose simd is own, like that of its first 3 shards; to have honest, " +
        "with another simd, compute all of it anew, cancel the run and extend it",
    );
    await after.coordinator.cancelRun(name);
    await after.coordinator.extendRun(name, RULE, "");
    await after.pass(61, "honest");
    const run = await after.eventually(name, hasSucceeded);
    assert.deepEqual([run.shardCount, run.error], [SHARDS, ""]);
    assert.deepEqual(await after.generators(name), ["fused"]);
  });

  it("logs why it drops what it acknowledges", async () => {
    const life = new Life(new MemoryLedger());
    life.join("own", "own", 3);
    const name = await life.create();
    await life.eventually(name, hasShards(3));
    const [lease] = [...life.engine.scheduler.leases.keys()];
    await life.coordinator.cancelRun(name);
    const [shard] = await Array.fromAsync(life.ledger.shards(name));
    assert.ok(lease !== undefined && shard !== undefined);
    const result = { ...shard, worker: "own", lease, run: name, computeSeconds: 1 };
    life.engine.dispatch({ kind: "shard_result", ...result });
    assert.match(
      String(life.logged.at(-1)),
      /"own".*a partial is acknowledged and dropped: its run has ended, or there is no such run/,
    );
  });
});
