import assert from "node:assert/strict";

import { pino } from "pino";

import { Simulations } from "../../../coordinator/simulations/simulations.ts";
import { Engine } from "../../../coordinator/engine/engine.ts";
import { MemoryLedger } from "../../../coordinator/ledger/memoryLedger.ts";
import { CoordinatorMetrics } from "../../../coordinator/metrics/coordinatorMetrics.ts";
import { DEFAULT_SCHEDULER_OPTIONS } from "../../../coordinator/scheduler/options.ts";
import { InlineWorker } from "../../support/inlineWorker.ts";
import { SHARD_SIZE, specificationWith } from "../../support/specifications.ts";

/** More runs than have their estimates reported. */
const RUNS = 25;

describe("CoordinatorMetrics", () => {
  let time: number;
  let metrics: CoordinatorMetrics;
  let engine: Engine;
  let simulations: Simulations;
  let ledger: MemoryLedger;

  beforeEach(() => {
    time = 0;
    metrics = new CoordinatorMetrics(() => time);
    ledger = new MemoryLedger();
    let ids = 0;
    const outside = {
      log: pino({ level: "silent" }),
      clock: () => time,
      wallClock: () => 1_700_000_000_000,
      ledger,
    };
    engine = new Engine({
      ...outside,
      firstLease: 1,
      scheduler: DEFAULT_SCHEDULER_OPTIONS,
      observer: metrics,
      onFatal: (error) => {
        throw error;
      },
    });
    simulations = new Simulations({ ...outside, engine, newId: () => String((ids += 1)) });
  });

  async function create(shards = 3, seed = 0): Promise<string> {
    const request = { requestId: "", validateOnly: false };
    const specification = specificationWith({
      seed,
      stoppingRule: { replicaCount: shards * SHARD_SIZE },
    });
    const { name } = await simulations.createRun(specification, request);
    return String(name);
  }

  /** Samples of our own, by name and labels. */
  async function samples(): Promise<ReadonlyMap<string, number>> {
    const lines = (await metrics.scrape()).split("\n");
    const own = lines.filter((line) => line.startsWith("lyapunov_"));
    return new Map(
      own.map((line) => {
        const end = line.lastIndexOf(" ");
        return [line.slice(0, end), Number(line.slice(end + 1))] as const;
      }),
    );
  }

  it("says while it stands by that it does, and nothing of runs or workers", async () => {
    assert.equal(metrics.notReady, "this coordinator is on standby");
    const told = await samples();
    assert.equal(told.get("lyapunov_leader"), 0);
    assert.equal(told.get('lyapunov_runs_ended_total{state="succeeded"}'), 0);
    assert.ok([...told.keys()].every((name) => !/^lyapunov_(runs|workers|shards)\{/.test(name)));
    metrics.lead({ engine, ledger, reads: simulations, watches: { waitingBytes: 0 } });
    assert.equal(metrics.notReady, undefined);
    const leading = await samples();
    assert.equal(leading.get("lyapunov_leader"), 1);
    assert.equal(leading.get('lyapunov_workers{state="present"}'), 0);
    metrics.stop();
    assert.equal(metrics.notReady, "this coordinator is stopping");
  });

  it("tells the estimates of the twenty oldest active runs, and counts all of them", async () => {
    metrics.lead({ engine, ledger, reads: simulations, watches: { waitingBytes: 0 } });
    const names: string[] = [];
    for (let i = 0; i < RUNS; i++) names.push(await create(100, i));
    // Each delivers some shards, and none of the runs ends.
    const workers = names.map((_, i) => new InlineWorker(engine, `w${i}`, 4));
    await engine.flush();
    assert.ok(workers.every(({ propagated }) => propagated.length === 4));
    const told = await samples();
    const shown = [...told.keys()].flatMap(
      (sample) => /^lyapunov_run_progress_ratio\{run="(.+)"\}$/.exec(sample)?.[1] ?? [],
    );
    assert.deepEqual(shown, names.slice(0, 20));
    assert.equal(told.get('lyapunov_runs{state="running"}'), RUNS);
    // If a replica went extinct, λ̂ is no number and there is no such sample.
    let withoutNumber = 0;
    for (const name of shown) {
      const { lyapunovExponent, variance } = await simulations.run(name);
      for (const [metric, value] of Object.entries({
        lyapunov_exponent: lyapunovExponent?.estimate,
        lyapunov_exponent_low: lyapunovExponent?.lower,
        variance_high: variance?.upper,
      })) {
        assert.equal(told.get(`lyapunov_run_${metric}{run="${name}"}`), value ?? undefined, name);
      }
      if (typeof lyapunovExponent?.estimate !== "number") withoutNumber += 1;
    }
    assert.ok(withoutNumber > 0 && withoutNumber < shown.length);
  });

  it("forgets a run that has ended, and counts how it did and what was written", async () => {
    metrics.lead({ engine, ledger, reads: simulations, watches: { waitingBytes: 0 } });
    const [kept, cancelled] = [await create(), await create()];
    await simulations.cancelRun(cancelled);
    const worker = new InlineWorker(engine, "w");
    await engine.flush();
    await engine.flush();
    assert.match(String((await simulations.run(kept)).state), /SUCCEEDED$/);
    const told = await samples();
    assert.ok([...told.keys()].every((sample) => !sample.startsWith("lyapunov_run_")));
    assert.equal(told.get('lyapunov_runs_ended_total{state="succeeded"}'), 1);
    assert.equal(told.get('lyapunov_runs_ended_total{state="cancelled"}'), 1);
    assert.equal(told.get('lyapunov_partials_total{outcome="accepted"}'), 3);
    assert.equal(told.get("lyapunov_ledger_partials_total"), 3);
    assert.equal(worker.propagated.length, 3);
    assert.ok(Number(told.get("lyapunov_ledger_commit_duration_seconds_count")) > 0);
  });
});
