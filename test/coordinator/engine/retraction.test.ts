import assert from "node:assert/strict";
import { setImmediate as immediately } from "node:timers/promises";

import { pino } from "pino";

import { Simulations } from "../../../coordinator/simulations/simulations.ts";
import { Engine } from "../../../coordinator/engine/engine.ts";
import type { Ledger } from "../../../coordinator/ledger/ledger.ts";
import { MemoryLedger } from "../../../coordinator/ledger/memoryLedger.ts";
import { DEFAULT_SCHEDULER_OPTIONS } from "../../../coordinator/scheduler/options.ts";
import type { Run } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { InlineWorker } from "../../support/inlineWorker.ts";
import { SHARD_SIZE, specificationWith } from "../../support/specifications.ts";
import { lieAbout } from "../../support/syntheticPartials.ts";

const SHARDS = 30;
const CREATE = { requestId: "", validateOnly: false };

const OUTSIDE = {
  log: pino({ level: "silent" }),
  clock: () => 0,
  wallClock: () => 1_700_000_000_000,
  scheduler: DEFAULT_SCHEDULER_OPTIONS,
  onFatal: (error: unknown) => {
    throw error;
  },
};

/** One life of a coordinator on the ledger. */
function start(ledger: Ledger, life = 1) {
  const engine = new Engine({ ...OUTSIDE, ledger, firstLease: life * 1e6 });
  const coordinator = new Simulations({ ...OUTSIDE, engine, ledger, newId: () => `${life}` });
  return { engine, coordinator };
}

/** Waits until the run is as it should be; everything here is in memory and takes no time. */
async function eventually(coordinator: Simulations, name: string, holds: (run: Run) => boolean) {
  for (let i = 0; i < 1000; i++) {
    const run = await coordinator.run(name);
    if (holds(run)) return run;
    await immediately();
  }
  assert.fail(`it never holds for ${JSON.stringify(await coordinator.run(name))}`);
}

function hasEnded({ state }: Run): boolean {
  return /SUCCEEDED|FAILED|CANCELLED/.test(String(state));
}

function answerOf({ lyapunovExponent, variance, replicaCount, shardCount, checkpoints }: Run) {
  return { lyapunovExponent, variance, replicaCount, shardCount, checkpoints };
}

async function created(coordinator: Simulations): Promise<string> {
  const specification = specificationWith({
    stoppingRule: { replicaCount: SHARDS * SHARD_SIZE },
  });
  const { name } = await coordinator.createRun(specification, CREATE);
  assert.ok(name !== undefined);
  return name;
}

async function honestAnswer() {
  const { engine, coordinator } = start(new MemoryLedger());
  join(engine, "honest");
  const name = await created(coordinator);
  return answerOf(await eventually(coordinator, name, hasEnded));
}

/** Adds a worker to the cluster; "liar" lies. */
function join(engine: Engine, id: string, allowance = Infinity): InlineWorker {
  return new InlineWorker(engine, id, allowance, undefined, id === "liar" ? lieAbout : undefined);
}

describe("Coordinator with a worker that lies", () => {
  let ledger: MemoryLedger;
  let engine: Engine;
  let coordinator: Simulations;
  beforeEach(() => {
    ledger = new MemoryLedger();
    ({ engine, coordinator } = start(ledger));
  });

  for (const order of [
    ["liar", "b", "c"],
    ["b", "liar", "c"],
    ["b", "c", "liar"],
  ]) {
    it(`and two that do not answers with the same bits: ${order.join(", ")}`, async () => {
      for (const id of order) join(engine, id);
      const run = await eventually(coordinator, await created(coordinator), hasEnded);
      assert.match(String(run.state), /SUCCEEDED$/);
      assert.deepEqual(answerOf(run), await honestAnswer());
      assert.ok((run.progress?.disagreementCount ?? 0) >= 1);
      assert.match(engine.quarantineReason("liar") ?? "", /differs in bits/);
      for (const id of ["b", "c"]) assert.equal(engine.quarantineReason(id), undefined);
    });
  }

  it("and one that does not waits for a third, and says so", async () => {
    join(engine, "liar");
    join(engine, "b");
    const name = await created(coordinator);
    const waiting = await eventually(coordinator, name, ({ error }) =>
      /waits for another worker: .* contradict each other on shard \d+/.test(error ?? ""),
    );
    assert.match(String(waiting.state), /RUNNING$/);
    join(engine, "c");
    const run = await eventually(coordinator, name, hasEnded);
    assert.equal(run.error, "");
    assert.deepEqual(answerOf(run), await honestAnswer());
  });

  it("has nothing in the ledger that is in dispute, should the coordinator die", async () => {
    join(engine, "liar", 1);
    join(engine, "b");
    const name = await created(coordinator);
    await eventually(coordinator, name, ({ progress }) => progress?.disagreementCount === 1);
    await engine.settled(name);
    const shards = await Array.fromAsync(ledger.shards(name));
    assert.ok(!shards.some(({ shardIndex }) => shardIndex === 0));
    const second = start(ledger, 2);
    await second.engine.start();
    join(second.engine, "c");
    const run = await eventually(second.coordinator, name, hasEnded);
    assert.deepEqual(answerOf(run), await honestAnswer());
  });

  it("can have the run cancelled or extended from under it", async () => {
    for (const life of [3, 4]) {
      const { engine: other, coordinator: itsCoordinator } = start(ledger, life);
      const name = await created(itsCoordinator);
      // At the very moment when the run is withdrawn for a dispute.
      const changed = Promise.withResolvers<Run>();
      const unsubscribe = other.onRunChange(() => {
        if (other.activeRun(name) !== undefined) return;
        unsubscribe();
        const longer = { replicaCount: 2 * SHARDS * SHARD_SIZE };
        changed.resolve(
          life === 3 ? itsCoordinator.cancelRun(name) : itsCoordinator.extendRun(name, longer, ""),
        );
      });
      join(other, "liar");
      join(other, "b");
      join(other, "c");
      await changed.promise;
      const run = await eventually(itsCoordinator, name, hasEnded);
      assert.match(String(run.state), life === 3 ? /CANCELLED$/ : /SUCCEEDED$/);
      if (life === 4) assert.equal(run.shardCount, 2 * SHARDS);
    }
  });
});
