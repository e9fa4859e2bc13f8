import assert from "node:assert/strict";

import { Histories } from "../../../coordinator/http/histories.ts";
import { RunProgress } from "../../../coordinator/scheduler/runProgress.ts";
import type { SimulationReads } from "../../../coordinator/simulations/reads.ts";
import { SHARD_SIZE, specificationWith } from "../../support/specifications.ts";
import { syntheticPartial } from "../../support/syntheticPartials.ts";

const SHARDS = 200;
const SPECIFICATION = specificationWith({ stoppingRule: { replicaCount: SHARDS * SHARD_SIZE } });

/** Runs that only need to change. */
class Runs implements Pick<SimulationReads, "onRunChange" | "progressOf"> {
  readonly #runs = new Map<string, RunProgress>();
  #listener: ((run: string, ended: boolean) => void) | undefined;

  onRunChange(listener: (run: string, ended: boolean) => void): () => void {
    this.#listener = listener;
    return () => undefined;
  }

  progressOf(name: string): RunProgress | undefined {
    return this.#runs.get(name);
  }

  /** Begins a run, or begins it anew, and records so many of its shards. */
  begin(name: string, shards: number): void {
    this.#runs.set(name, new RunProgress(SPECIFICATION));
    for (let i = 0; i < shards; i++) this.advance(name);
  }

  advance(name: string): void {
    const progress = this.#runs.get(name);
    assert.ok(progress);
    const next = progress.foldedShards;
    progress.record(next, syntheticPartial(progress.plan.task(next)));
    this.#listener?.(name, false);
  }

  end(name: string): void {
    this.#runs.delete(name);
    this.#listener?.(name, true);
  }
}

describe("Histories", () => {
  let runs: Runs;
  let histories: Histories;
  beforeEach(() => {
    runs = new Runs();
    histories = new Histories(runs);
  });

  const counts = (name: string) => histories.of(name).map(({ replicaCount }) => replicaCount);

  it("keeps what was known, at geometric distances, when it was known", () => {
    runs.begin("runs/a", 0);
    assert.deepEqual(histories.of("runs/a"), []);
    const known = new Map<number, unknown>();
    for (let i = 1; i <= SHARDS; i++) {
      runs.advance("runs/a");
      known.set(i * SHARD_SIZE, runs.progressOf("runs/a")?.estimates());
    }
    for (const { replicaCount, ...estimates } of histories.of("runs/a")) {
      assert.deepEqual(estimates, known.get(replicaCount));
    }
    const kept = counts("runs/a");
    assert.equal(kept[0], SHARD_SIZE);
    for (const [i, count] of kept.entries()) {
      if (i > 0) assert.ok(count >= 1.05 * (kept[i - 1] ?? 0));
    }
    // log 200 ÷ log 1.05 is 109, and each of the first shards adds more than 5 % to those before.
    assert.ok(kept.length > 50 && kept.length < 109, String(kept.length));
  });

  it("forgets what rested on shards that were taken back", () => {
    runs.begin("runs/a", 8);
    runs.begin("runs/a", 3);
    assert.deepEqual(
      counts("runs/a"),
      [1, 2, 3].map((shards) => shards * SHARD_SIZE),
    );
    runs.advance("runs/a");
    assert.equal(counts("runs/a").at(-1), 4 * SHARD_SIZE);
  });

  it("keeps the history of a run that has ended, but only of the last 512 that advanced", () => {
    runs.begin("runs/0", 1);
    runs.begin("runs/1", 1);
    runs.end("runs/0");
    runs.end("runs/1");
    for (let i = 2; i < 512; i++) runs.begin(`runs/${i}`, 1);
    assert.equal(histories.of("runs/0").length, 1);
    runs.begin("runs/512", 1);
    assert.deepEqual(histories.of("runs/0"), []);
    assert.equal(histories.of("runs/1").length, 1);
    // The run that goes on stays, and the next oldest goes.
    runs.begin("runs/1", 2);
    runs.begin("runs/513", 1);
    assert.equal(histories.of("runs/1").length, 2);
    assert.deepEqual(histories.of("runs/2"), []);
  });
});
