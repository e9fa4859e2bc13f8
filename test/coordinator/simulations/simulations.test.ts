import assert from "node:assert/strict";

import { status as Code } from "@grpc/grpc-js";
import { pino } from "pino";

import { Simulations } from "../../../coordinator/simulations/simulations.ts";
import { Engine } from "../../../coordinator/engine/engine.ts";
import { OutcomeUnknown, type Ledger } from "../../../coordinator/ledger/ledger.ts";
import { MemoryLedger } from "../../../coordinator/ledger/memoryLedger.ts";
import { DEFAULT_SCHEDULER_OPTIONS } from "../../../coordinator/scheduler/options.ts";
import { ValidationError } from "../../../shared/specification/violations.ts";
import { ApiError } from "../../../shared/wire/errorDetails.ts";
import type { Run } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { InlineWorker } from "../../support/inlineWorker.ts";
import { SHARD_SIZE, specificationWith } from "../../support/specifications.ts";

const CREATE = { requestId: "", validateOnly: false };

/** A run of a number of shards, the last a short one. */
function specificationOf(shards: number) {
  return specificationWith({ stoppingRule: { replicaCount: shards * SHARD_SIZE - 5 } });
}

/** Seconds of the coordinator's clock. */
let time = 0;

const OUTSIDE = {
  log: pino({ level: "silent" }),
  clock: () => time,
  wallClock: () => 1_700_000_000_000,
  scheduler: DEFAULT_SCHEDULER_OPTIONS,
  onFatal: (error: unknown) => {
    throw error;
  },
};

/** One life of a coordinator on the ledger. */
function start(ledger: Ledger, life = 1, onFatal: (error: unknown) => void = OUTSIDE.onFatal) {
  let ids = 0;
  const newId = () => `${life}-${(ids += 1)}`;
  const engine = new Engine({ ...OUTSIDE, onFatal, ledger, firstLease: life * 1e6 });
  return { engine, simulations: new Simulations({ ...OUTSIDE, engine, ledger, newId }) };
}

/** Waits for the end of a run and returns it. */
async function end(simulations: Simulations, engine: Engine, name: string): Promise<Run> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const unsubscribe = engine.onRunChange((run, ended) => {
    if (run === name && ended) resolve();
  });
  const run = await simulations.run(name);
  if (!/SUCCEEDED|FAILED|CANCELLED/.test(String(run.state))) await promise;
  unsubscribe();
  return simulations.run(name);
}

function refusal(code: Code, reason: string) {
  return (error: unknown) =>
    error instanceof ApiError && error.code === code && error.reason === reason;
}

/** The parts of a run that must be equal, bit for bit, however it came about. */
function answerOf({ lyapunovExponent, variance, replicaCount, shardCount, checkpoints }: Run) {
  return { lyapunovExponent, variance, replicaCount, shardCount, checkpoints };
}

describe("Simulations", () => {
  let ledger: MemoryLedger;
  let engine: Engine;
  let simulations: Simulations;
  beforeEach(() => {
    ledger = new MemoryLedger();
    ({ engine, simulations } = start(ledger));
  });

  async function created(shards: number): Promise<string> {
    const { name } = await simulations.createRun(specificationOf(shards), CREATE);
    assert.ok(name !== undefined);
    return name;
  }

  it("creates a run, has it propagated and answers with its estimate", async () => {
    const worker = new InlineWorker(engine, "w");
    const name = await created(3);
    const run = await end(simulations, engine, name);
    assert.match(String(run.state), /SUCCEEDED$/);
    assert.equal(run.replicaCount, 3 * SHARD_SIZE - 5);
    assert.equal(run.shardCount, 3);
    assert.deepEqual(
      worker.propagated.toSorted(),
      [0, 1, 2].map((i) => `${name}#${i}`),
    );
  });

  it("creates once what is asked for twice under one request id", async () => {
    const request = { requestId: "q", validateOnly: false };
    const [first, again] = await Promise.all([
      simulations.createRun(specificationOf(3), request),
      simulations.createRun(specificationOf(3), request),
    ]);
    assert.equal(again.name, first.name);
    assert.equal((await simulations.runs(10, "")).runs.length, 1);
    await assert.rejects(
      simulations.createRun(specificationOf(4), request),
      refusal(Code.ALREADY_EXISTS, "REQUEST_ID_REUSED"),
    );
  });

  it("creates nothing when it only validates", async () => {
    const run = await simulations.createRun(specificationOf(3), {
      requestId: "q",
      validateOnly: true,
    });
    assert.equal(run.name ?? "", "");
    assert.deepEqual((await simulations.runs(10, "")).runs, []);
  });

  it("does not know what was never created", async () => {
    for (const [read, command] of [
      [simulations.run("runs/x"), "lyapunov runs list"],
      [simulations.sweep("sweeps/x"), "lyapunov sweeps list"],
      [simulations.cancelRun("runs/x"), "lyapunov runs list"],
      [simulations.cancelSweep("sweeps/x"), "lyapunov sweeps list"],
      [simulations.extendSweep("sweeps/x", { replicaCount: 9 }), "lyapunov sweeps list"],
    ] as const) {
      await assert.rejects(read, (error) => {
        assert.ok(refusal(Code.NOT_FOUND, "NOT_FOUND")(error));
        return String(error).includes(`'${command}'`);
      });
    }
  });

  it("cancels a run with what it has folded, and only once", async () => {
    const worker = new InlineWorker(engine, "w", 2);
    const name = await created(9);
    await engine.flush();
    const run = await simulations.cancelRun(name);
    assert.match(String(run.state), /CANCELLED$/);
    assert.equal(run.shardCount, 2);
    assert.equal(worker.propagated.length, 2);
    await assert.rejects(
      simulations.cancelRun(name),
      refusal(Code.FAILED_PRECONDITION, "ALREADY_ENDED"),
    );
  });

  it("says what a run waits for that nobody can go on with", async () => {
    const fused = new InlineWorker(engine, "w", 1, "fused");
    const name = await created(3);
    await engine.flush();
    assert.equal((await simulations.run(name)).error, "");
    fused.leave();
    const waiting =
      "it waits for a worker whose simd is fused, like that of its first shard; x, with another " +
      "simd, will compute all of it anew if nothing comes for another 50 s";
    time += 10;
    engine.dispatch({ kind: "tick" });
    const plain = new InlineWorker(engine, "x", Infinity, "plain");
    const run = await simulations.run(name);
    assert.match(String(run.state), /RUNNING$/);
    assert.equal(run.error, waiting);
    assert.deepEqual(plain.propagated, []);
    const other = new InlineWorker(engine, "y", Infinity, "fused");
    assert.equal((await end(simulations, engine, name)).error, "");
    // The three include the first shard of w, which it checks.
    assert.equal(other.propagated.length, 3);
  });

  it("says what a run waits for if nobody has its backend", async () => {
    const name = await created(3);
    assert.equal((await simulations.run(name)).error, "", "nobody is there yet");
    const backends = [{ name: "reference" as const, generator: "plain" }];
    const devices = [{ backends, slotCount: 1 }];
    engine.dispatch({ kind: "worker_joined", worker: "r", devices, heldLeases: [] });
    assert.equal(
      (await simulations.run(name)).error,
      "it waits for a worker that has the backend simd: no connected worker does; start one " +
        "with lyapunov work --backend simd, or cancel the run and submit it with another backend",
    );
    const worker = new InlineWorker(engine, "w");
    assert.equal((await end(simulations, engine, name)).error, "");
    assert.equal(worker.propagated.length, 3);
  });

  it("does not cancel a run whose end is on its way to the ledger", async () => {
    const worker = new InlineWorker(engine, "w");
    const name = await created(2);
    while (engine.activeRun(name) !== undefined) await Promise.resolve();
    await assert.rejects(
      simulations.cancelRun(name),
      refusal(Code.FAILED_PRECONDITION, "ALREADY_ENDED"),
    );
    assert.match(String((await simulations.run(name)).state), /SUCCEEDED$/);
    assert.equal(worker.propagated.length, 2);
  });

  describe("extends a run", () => {
    it("with what it has, to the answer of a run that was longer from the start", async () => {
      const worker = new InlineWorker(engine, "w");
      const name = await created(3);
      await end(simulations, engine, name);
      worker.propagated.length = 0;
      await simulations.extendRun(name, { replicaCount: 5 * SHARD_SIZE - 5 }, "");
      const extended = await end(simulations, engine, name);
      // The third shard was a short one.
      assert.deepEqual(
        worker.propagated.toSorted(),
        [2, 3, 4].map((i) => `${name}#${i}`),
      );
      const whole = await end(simulations, engine, await created(5));
      assert.deepEqual(answerOf(extended), answerOf(whole));
    });

    it("that is being propagated, or was cancelled", async () => {
      const slow = new InlineWorker(engine, "slow", 2);
      const name = await created(4);
      await engine.flush();
      await simulations.extendRun(name, { replicaCount: 6 * SHARD_SIZE - 5 }, "");
      await simulations.cancelRun(name);
      slow.leave();
      await simulations.extendRun(name, { replicaCount: 7 * SHARD_SIZE - 5 }, "");
      const worker = new InlineWorker(engine, "w");
      const extended = await end(simulations, engine, name);
      assert.equal(worker.propagated.length, 5);
      assert.deepEqual(
        answerOf(extended),
        answerOf(await end(simulations, engine, await created(7))),
      );
    });

    it("unless the rule does not go further", async () => {
      const name = await created(4);
      await assert.rejects(simulations.extendRun(name, { replicaCount: 9 }, ""), ValidationError);
      await assert.rejects(simulations.extendRun(name, {}, ""), ValidationError);
      assert.match(String((await simulations.run(name)).state), /QUEUED$/);
    });

    it("as its reader saw it, or not at all", async () => {
      const name = await created(4);
      const { etag } = await simulations.run(name);
      const rule = { replicaCount: 5 * SHARD_SIZE };
      await simulations.extendRun(name, rule, etag ?? "");
      await assert.rejects(
        simulations.extendRun(name, rule, etag ?? ""),
        refusal(Code.ABORTED, "ETAG_MISMATCH"),
      );
    });
  });

  it("extends a sweep as a whole or not at all", async () => {
    const { name = "" } = await simulations.createSweep(
      "two runs",
      [specificationOf(2), specificationOf(4)],
      CREATE,
    );
    const rule = { replicaCount: 3 * SHARD_SIZE };
    await assert.rejects(simulations.extendSweep(name, rule), ValidationError);
    const replicas = async () =>
      ((await simulations.sweep(name)).runs ?? []).map((run) => run.stoppingRule?.replicaCount);
    assert.deepEqual(
      await replicas(),
      [2, 4].map((shards) => shards * SHARD_SIZE - 5),
    );
    await simulations.extendSweep(name, { replicaCount: 4 * SHARD_SIZE });
    assert.deepEqual(
      await replicas(),
      [4, 4].map((shards) => shards * SHARD_SIZE),
    );
  });

  it("cancels what has not ended of a sweep, and only once", async () => {
    const worker = new InlineWorker(engine, "w", 1);
    const { name = "" } = await simulations.createSweep(
      "two runs",
      [specificationOf(1), specificationOf(4)],
      CREATE,
    );
    await engine.flush();
    const { runs = [], state } = await simulations.cancelSweep(name);
    assert.equal(state, "RUN_STATE_CANCELLED");
    assert.deepEqual(
      runs.map((run) => run.state),
      ["RUN_STATE_SUCCEEDED", "RUN_STATE_CANCELLED"],
    );
    assert.equal(worker.propagated.length, 1);
    await assert.rejects(
      simulations.cancelSweep(name),
      refusal(Code.FAILED_PRECONDITION, "ALREADY_ENDED"),
    );
  });

  it("takes up after a restart what the ledger holds, and answers the same", async () => {
    const first = new InlineWorker(engine, "w", 3);
    const name = await created(6);
    await engine.flush();
    first.leave();
    const next = start(ledger, 2);
    await next.engine.start();
    const second = new InlineWorker(next.engine, "w");
    const run = await end(next.simulations, next.engine, name);
    assert.deepEqual([first.propagated.length, second.propagated.length], [3, 3]);
    const other = start(new MemoryLedger());
    const undisturbed = new InlineWorker(other.engine, "w");
    const { name: again = "" } = await other.simulations.createRun(specificationOf(6), CREATE);
    assert.deepEqual(answerOf(run), answerOf(await end(other.simulations, other.engine, again)));
    assert.equal(undisturbed.propagated.length, 6);
  });

  it("does not mix in shards that another version cut otherwise", async () => {
    const first = new InlineWorker(engine, "w", 1);
    const name = await created(6);
    await engine.flush();
    first.leave();
    const [shard] = await Array.fromAsync(ledger.shards(name));
    assert.ok(shard);
    const partial = { ...shard.partial, replicaCount: SHARD_SIZE / 2 };
    await ledger.transact(async (transaction) => {
      await transaction.deleteShard(name, shard.shardIndex);
      await transaction.putShard(name, { ...shard, partial });
    });
    const next = start(ledger, 2);
    await next.engine.start();
    const run = await next.simulations.run(name);
    assert.equal(run.state, "RUN_STATE_FAILED");
    assert.match(String(run.error), /does not fit this version's plan/);
  });

  it("ends if nobody can say whether a creation was committed", async () => {
    const failures: unknown[] = [];
    const unknown = new OutcomeUnknown(new Error("the connection broke"));
    ledger.transact = () => Promise.reject(unknown);
    const failing = start(ledger, 2, (error) => failures.push(error)).simulations;
    await assert.rejects(failing.createRun(specificationOf(3), CREATE), unknown);
    assert.deepEqual(failures, [unknown]);
  });

  it("goes on if a creation was not", async () => {
    ledger.transact = () => Promise.reject(new Error("the database is busy"));
    await assert.rejects(simulations.createRun(specificationOf(3), CREATE), /busy/);
  });

  it("ends if it cannot go on with a run that it has withdrawn to extend it", async () => {
    const failures: unknown[] = [];
    const failing = start(ledger, 2, (error) => failures.push(error)).simulations;
    const { name = "" } = await failing.createRun(specificationOf(3), CREATE);
    const unread = new Error("the disk cannot be read");
    ledger.shards = () => {
      throw unread;
    };
    const rule = { replicaCount: 5 * SHARD_SIZE };
    await assert.rejects(failing.extendRun(name, rule, ""), unread);
    assert.deepEqual(failures, [unread]);
  });

  it("ends the earlier stream of a worker that joins again", () => {
    const superseded: string[] = [];
    const sink = (name: string) => ({
      send: () => undefined,
      supersede: () => superseded.push(name),
    });
    const [first, second] = [sink("first"), sink("second")];
    engine.attachWorker("w", first);
    engine.attachWorker("w", second);
    assert.deepEqual(superseded, ["first"]);
    assert.deepEqual(
      [engine.isAttached("w", first), engine.isAttached("w", second)],
      [false, true],
    );
  });
});
