import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";

import { pino } from "pino";

import { Simulations } from "../../../coordinator/simulations/simulations.ts";
import { Engine } from "../../../coordinator/engine/engine.ts";
import type { Ledger } from "../../../coordinator/ledger/ledger.ts";
import { MemoryLedger } from "../../../coordinator/ledger/memoryLedger.ts";
import { openSqliteLedger } from "../../../coordinator/ledger/sqliteLedger.ts";
import { DEFAULT_SCHEDULER_OPTIONS } from "../../../coordinator/scheduler/options.ts";
import type { Run } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { InlineWorker } from "../../support/inlineWorker.ts";
import { SHARD_SIZE, specificationWith } from "../../support/specifications.ts";
import { digestOf, lieAbout, syntheticPartial } from "../../support/syntheticPartials.ts";

const SHARDS = 3000;
/** Shards that are done before something happens. */
const MANY = 2500;
/** Shards that a worker delivers; it holds more leases, which it never answers. */
const FEW = 10;
const PAGING = { shardsPerFold: 256, partialsPerPage: 32 };

/** Seconds of the coordinator's clock. */
let time = 0;

/** Counts the partials that are read from a ledger, query by query. */
function readings(ledger: Ledger): number[] {
  const counts: number[] = [];
  const shards = ledger.shards.bind(ledger);
  ledger.shards = async function* (run, from) {
    const query = counts.push(0) - 1;
    for await (const shard of shards(run, from)) {
      counts[query] = (counts[query] ?? 0) + 1;
      yield shard;
    }
  };
  return counts;
}

/** One life of a coordinator on the ledger; its memory holds hardly anything of a run. */
function start(ledger: Ledger, life = 1) {
  const outside = {
    ledger,
    log: pino({ level: "silent" }),
    clock: () => time,
    wallClock: () => 1_700_000_000_000,
    onFatal: (error: unknown) => {
      throw error;
    },
  };
  const scheduler = { ...DEFAULT_SCHEDULER_OPTIONS, maximumWaitingPartials: 16 };
  const engine = new Engine({ ...outside, scheduler, firstLease: life * 1e6, paging: PAGING });
  const coordinator = new Simulations({ ...outside, engine, newId: () => String(life) });
  return { engine, coordinator };
}

function specificationOf(shards: number) {
  return specificationWith({ stoppingRule: { replicaCount: shards * SHARD_SIZE } });
}

async function created(coordinator: Simulations, shards: number): Promise<string> {
  const options = { requestId: "", validateOnly: false };
  const { name } = await coordinator.createRun(specificationOf(shards), options);
  assert.ok(name !== undefined);
  return name;
}

async function ended(coordinator: Simulations, name: string): Promise<Run> {
  for (;;) {
    const run = await coordinator.run(name);
    if (run.state === "RUN_STATE_SUCCEEDED") return run;
    await turn();
  }
}

function joined(engine: Engine, id: string, allowance?: number): InlineWorker {
  return new InlineWorker(engine, id, allowance);
}

/** Resolves once at least `shards` of the run's shards are in the ledger. */
async function recorded(engine: Engine, name: string, shards: number): Promise<void> {
  while ((engine.activeRun(name)?.progress.recordedShards ?? 0) < shards) await turn();
  await engine.flush();
}

/** Resolves once at least `shards` of the run's shards are folded and the fold is kept. */
async function folded(engine: Engine, name: string, shards: number): Promise<void> {
  while ((engine.activeRun(name)?.progress.foldedShards ?? 0) < shards) await turn();
  await engine.flush();
}

/** Loses the worker, so that its leases go to others. */
function lose(engine: Engine, worker: InlineWorker): void {
  worker.leave();
  time += 2 * DEFAULT_SCHEDULER_OPTIONS.leaseDurationSeconds;
  engine.dispatch({ kind: "tick" });
}

function answerOf({ lyapunovExponent, variance, replicaCount, shardCount, checkpoints }: Run) {
  return { lyapunovExponent, variance, replicaCount, shardCount, checkpoints };
}

describe("A run of thousands of shards", () => {
  let folder: string;
  let path: string;
  let undisturbed: ReturnType<typeof answerOf>;
  before(async () => {
    const { engine, coordinator } = start(new MemoryLedger());
    joined(engine, "w");
    undisturbed = answerOf(await ended(coordinator, await created(coordinator, SHARDS)));
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lyapunov-long-"));
    path = join(folder, "ledger.sqlite");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("is taken up again from its fold, and only the partials after it are read", async () => {
    const first = await openSqliteLedger(path);
    const { engine, coordinator } = start(first);
    joined(engine, "w", MANY);
    const name = await created(coordinator, SHARDS);
    await recorded(engine, name, MANY);
    await first.close();

    const second = await openSqliteLedger(path);
    const from = (await second.fold(name))?.shardCount ?? 0;
    assert.ok(from > MANY - 2 * PAGING.shardsPerFold, String(from));
    const counts = readings(second);
    const next = start(second, 2);
    await next.engine.start();
    await folded(next.engine, name, MANY);
    // The last one that is folded is read with them.
    assert.equal(
      counts.reduce((a, b) => a + b, 0),
      MANY - from + 1,
    );
    assert.ok(Math.max(...counts) <= PAGING.partialsPerPage, String(counts));
    joined(next.engine, "x");
    assert.deepEqual(answerOf(await ended(next.coordinator, name)), undisturbed);
    await second.close();
  });

  it("is extended from its fold", async () => {
    const ledger = await openSqliteLedger(path);
    const { engine, coordinator } = start(ledger);
    const worker = joined(engine, "w");
    const name = await created(coordinator, MANY);
    await ended(coordinator, name);
    worker.leave();
    const from = (await ledger.fold(name))?.shardCount ?? 0;
    assert.ok(from > MANY - 2 * PAGING.shardsPerFold, String(from));
    const counts = readings(ledger);
    await coordinator.extendRun(name, { replicaCount: SHARDS * SHARD_SIZE }, "");
    await folded(engine, name, MANY);
    assert.equal(
      counts.reduce((a, b) => a + b, 0),
      MANY - from + 1,
    );
    joined(engine, "x");
    assert.deepEqual(answerOf(await ended(coordinator, name)), undisturbed);
    await ledger.close();
  });

  it("is folded by pages once its first shards are there, and again if they are taken back", async () => {
    const ledger = await openSqliteLedger(path);
    const { engine, coordinator } = start(ledger);
    const counts = readings(ledger);
    const liar = joined(engine, "liar", FEW);
    const name = await created(coordinator, SHARDS);
    await recorded(engine, name, FEW);
    const honest = joined(engine, "honest", MANY - FEW);
    while (honest.propagated.length < MANY - FEW) await turn();
    await engine.flush();
    const waiting = engine.activeRun(name)?.progress;
    assert.ok((waiting?.foldedShards ?? SHARDS) < SHARDS / 2, String(waiting?.foldedShards));
    lose(engine, liar);
    lose(engine, honest);
    const helper = joined(engine, "helper", SHARDS - MANY - FEW);
    await folded(engine, name, MANY);
    assert.ok(((await ledger.fold(name))?.shardCount ?? 0) > MANY / 2);

    // It contradicts one of its first shards: nothing counts any more that rests only on its word.
    const task = engine.activeRun(name)?.progress.plan.task(1);
    assert.ok(task !== undefined);
    const partial = lieAbout(syntheticPartial(task));
    engine.dispatch({
      kind: "shard_result",
      worker: "liar",
      lease: 0,
      run: name,
      shardIndex: 1,
      partial,
      digest: digestOf(partial),
      computeSeconds: 1,
    });
    assert.match(engine.quarantineReason("liar") ?? "", /differs in bits/);
    await engine.settled(name);
    assert.ok((engine.activeRun(name)?.progress.foldedShards ?? SHARDS) <= 1);
    assert.equal(await ledger.fold(name), undefined);
    const readBefore = counts.length;
    lose(engine, helper);
    joined(engine, "w");
    assert.deepEqual(answerOf(await ended(coordinator, name)), undisturbed);
    const read = counts.slice(readBefore);
    assert.ok(Math.max(...counts) <= PAGING.partialsPerPage, String(counts));
    // Each partial is read once, except for some of a page that are in memory.
    const total = read.reduce((a, b) => a + b, 0);
    assert.ok(total >= MANY - FEW - PAGING.partialsPerPage && total < 1.2 * SHARDS, String(total));
    await ledger.close();
  });
});
