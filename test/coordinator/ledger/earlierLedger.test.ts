import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { pino } from "pino";

import { Engine } from "../../../coordinator/engine/engine.ts";
import { runJson } from "../../../coordinator/http/resourceJson.ts";
import type { Ledger } from "../../../coordinator/ledger/ledger.ts";
import { openSqliteLedger } from "../../../coordinator/ledger/sqliteLedger.ts";
import { DEFAULT_SCHEDULER_OPTIONS } from "../../../coordinator/scheduler/options.ts";
import { Simulations } from "../../../coordinator/simulations/simulations.ts";
import { ShardPlan } from "../../../coordinator/plan/shardPlan.ts";
import { shardTask } from "../../../shared/kinds/propagation/shardTask.ts";
import type { PropagationSpecification } from "../../../shared/kinds/propagation/specification.ts";
import { shortName } from "../../../shared/wire/enumerations.ts";
import { partialDigest } from "../../../shared/statistics/partialDigest.ts";
import { mergeSums } from "../../../shared/statistics/replicaSums.ts";
import { loadBackend } from "../../../worker/backends/registry.ts";
import { computeShard } from "../../../worker/pool/shard.ts";
import { problemOf } from "../../support/runShards.ts";
import { present } from "../../support/present.ts";
import { parsePropagation } from "../../../shared/kinds/propagation/propagation.ts";

/** The ledger that version 0.1.0 wrote, before there were kinds, and one of its runs as printed. */
const FIXTURES = new URL("fixtures/", import.meta.url);
const PRINTED = JSON.parse(readFileSync(new URL("before-kinds.json", FIXTURES), "utf8")) as Record<
  string,
  unknown
> & { readonly name: string; readonly variance: { readonly estimate: number } };
/** The request that created the run. */
const REQUEST = "dd62371a565637e8553e72a02c4205e91dc9b3c37650ab77148c0ddc877311c3";

describe("a ledger that was written before kinds were", () => {
  let folder: string;
  let ledger: Ledger;
  let simulations: Simulations;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lyapunov-earlier-"));
    const path = join(folder, "ledger.sqlite");
    writeFileSync(path, gunzipSync(readFileSync(new URL("before-kinds.sqlite.gz", FIXTURES))));
    ledger = await openSqliteLedger(path);
    const outside = {
      ledger,
      log: pino({ level: "silent" }),
      clock: () => 0,
      wallClock: () => 0,
      newId: () => "new",
      scheduler: DEFAULT_SCHEDULER_OPTIONS,
      firstLease: 1,
      onFatal: (error: unknown) => {
        throw error;
      },
    };
    const engine = new Engine(outside);
    await engine.start();
    simulations = new Simulations({ ...outside, engine });
  });
  after(async () => {
    await ledger.close();
    await rm(folder, { recursive: true });
  });

  it("shows its runs as they were printed, to the last bit", async () => {
    const shown = runJson(await simulations.run(PRINTED.name));
    const compared = Object.fromEntries(
      Object.entries(shown).filter(([field]) => field in PRINTED),
    );
    // Sums stay as they are, and intervals are made of them anew, as this version makes them.
    const { estimate, method } = present(shown.variance);
    assert.equal(method, "chi_squared");
    assert.equal(estimate, PRINTED.variance.estimate);
    assert.deepEqual(
      JSON.parse(JSON.stringify({ ...compared, variance: PRINTED.variance })),
      PRINTED,
    );
  });

  it("has partials whose digests are still theirs, and that are still possible", async () => {
    let count = 0;
    for (const { name } of (await simulations.runs(100, "")).runs) {
      const { specification } = present(await ledger.run(present(name)));
      const plan = new ShardPlan(specification);
      for await (const { shardIndex, partial, digest } of ledger.shards(present(name))) {
        assert.equal(partialDigest(partial), digest);
        assert.equal(problemOf(plan.task(shardIndex), partial), undefined);
        count += 1;
      }
    }
    assert.equal(count, 6);
  });

  it("has partials that merge with those of this version", async () => {
    const { specification } = present(await ledger.run(PRINTED.name));
    const [recorded] = await Array.fromAsync(ledger.shards(PRINTED.name));
    const earlier = present(recorded).partial;
    const backend = await loadBackend("simd");
    const task = shardTask(specification as PropagationSpecification, {
      firstReplica: 0,
      replicaCount: earlier.replicaCount,
    });
    const now = await computeShard(backend, task);
    const next = await computeShard(backend, { ...task, firstReplica: earlier.replicaCount });
    const merged = mergeSums(earlier, next);
    assert.deepEqual(
      merged.checkpoints.map(({ moments }) => moments),
      mergeSums(now, next).checkpoints.map(({ moments }) => moments),
    );
    for (const { quantileSketch, survivorCount } of merged.checkpoints) {
      assert.equal(quantileSketch.minimum, undefined);
      const held = quantileSketch.binCounts.reduce((sum, count) => sum + count, 0);
      assert.equal(held, survivorCount);
    }
  });

  it("says of each run that all of it was computed alike", async () => {
    const { runs } = await simulations.runs(100, "");
    for (const { computations = [], backend, shardCount, replicaCount } of runs) {
      assert.deepEqual(
        computations.map((of) => [of.backend, of.shardCount, of.replicaCount]),
        shardCount === 0 ? [] : [[shortName("backend", String(backend)), shardCount, replicaCount]],
      );
    }
  });

  it("has all of its runs and sweeps", async () => {
    const { runs } = await simulations.runs(100, "");
    assert.equal(runs.length, 6);
    assert.ok(runs.every(({ kind }) => kind === "RUN_KIND_PROPAGATION"));
    const { sweeps } = await simulations.sweeps(100, "");
    assert.deepEqual(
      sweeps.map(({ displayName, endedRunCount }) => [displayName, endedRunCount]),
      [["before kinds", 5]],
    );
  });

  it("knows a request that is repeated, by the same fingerprint", async () => {
    const specification = parsePropagation({
      network: { width: 4, depth: 50, negativeSlope: 0.01, weights: "uniform", gain: "he" },
      seed: 7,
      stoppingRule: { replicaCount: 3000 },
    });
    const creation = { requestId: REQUEST, validateOnly: false };
    const { name } = await simulations.createRun(specification, creation);
    assert.equal(name, PRINTED.name);
  });
});
