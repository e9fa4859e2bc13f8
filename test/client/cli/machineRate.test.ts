import assert from "node:assert/strict";

import { measureRate, type RateOptions } from "../../../client/cli/machineRate.ts";
import { ShardPlan } from "../../../coordinator/plan/shardPlan.ts";
import { parsePropagation } from "../../../shared/kinds/propagation/propagation.ts";
import type { PropagationInput } from "../../../shared/kinds/propagation/specification.ts";
import type { RunShard } from "../../../shared/kinds/kind.ts";
import type { PropagationSpecification } from "../../../shared/kinds/propagation/specification.ts";
import { sumReplicas } from "../../../shared/statistics/replicaSums.ts";
import { observables } from "../../support/observables.ts";

/** A machine in simulated time; every thread takes equally long for each layer of each replica. */
function machine(secondsPerLayer: number, threads: number) {
  const tasks: RunShard<PropagationSpecification>[] = [];
  const pending: { readonly at: number; readonly done: () => void }[] = [];
  let now = 0;
  const advance = () => {
    const [next] = pending.toSorted((a, b) => a.at - b.at);
    if (next === undefined) return;
    pending.splice(pending.indexOf(next), 1);
    now = next.at;
    next.done();
  };
  const options: RateOptions = {
    threads,
    seconds: 1,
    clock: () => now,
    firstShard: (specification) => new ShardPlan(specification).task(0),
    compute: async (task) => {
      tasks.push(task);
      const at = now + task.replicaCount * task.specification.network.depth * secondsPerLayer;
      await new Promise<void>((done) => {
        pending.push({ at, done });
        setImmediate(advance);
      });
      // Growths of ±√depth: a variance of 1 a layer.
      const depth = task.specification.network.depth;
      const last = Float64Array.from({ length: task.replicaCount }, (_, i) =>
        i % 2 === 0 ? Math.sqrt(depth) : -Math.sqrt(depth),
      );
      const sums = sumReplicas(
        observables("log_norm_growth"),
        [depth],
        [1],
        task.replicaCount,
        last,
      );
      return { partial: { ...sums, backend: "simd", generator: "", firstReplica: 0 } };
    },
  };
  return { tasks, options };
}

function uniform(network: PropagationInput["network"] = {}) {
  return parsePropagation({
    network: {
      width: 8,
      depth: 200,
      negativeSlope: 0.01,
      weights: "uniform",
      gain: "he",
      ...network,
    },
    stoppingRule: { replicaCount: 1000 },
  });
}

describe("the rate of a machine", () => {
  it("is that of all its threads", async () => {
    const { options } = machine(1e-5, 4);
    const { replicaLayersPerSecond } = await measureRate(uniform(), options);
    assert.ok(Math.abs(replicaLayersPerSecond / 4e5 - 1) < 1e-9, String(replicaLayersPerSecond));
  });

  it("has a range, which is as wide as the tasks' times varied", async () => {
    const { options } = machine(1e-5, 1);
    const even = await measureRate(uniform(), options);
    assert.ok(even.range.upper / even.range.lower < 1 + 1e-6);
    assert.ok(Math.abs(even.replicaLayersPerSecond / even.range.lower - 1) < 1e-6);
    // Every other task waits four times as long for its turn.
    const busy = machine(1e-5, 1);
    let tasks = 0;
    const { range, replicaLayersPerSecond } = await measureRate(uniform(), {
      ...busy.options,
      compute: async (task) => {
        const waits = tasks++ % 2 === 0 ? 4 : 0;
        for (let i = 0; i < waits; i++) await busy.options.compute(task);
        return busy.options.compute(task);
      },
    });
    assert.ok(range.upper / range.lower > 4, JSON.stringify(range));
    assert.ok(range.lower <= replicaLayersPerSecond && replicaLayersPerSecond <= range.upper);
  });

  it("is not taken for that of a task which was held up while the tasks were tiny", async () => {
    const held = machine(1e-5, 1);
    let before = 0;
    let tasks = 0;
    const { replicaLayersPerSecond } = await measureRate(uniform(), {
      ...held.options,
      clock: () => held.options.clock() + before,
      compute: async (task) => {
        // Each task costs 1 ms to send; the second, which is tiny, hangs for ten seconds.
        before += tasks++ === 1 ? 10 : 1e-3;
        return held.options.compute(task);
      },
    });
    assert.ok(replicaLayersPerSecond > 0.9e5, String(replicaLayersPerSecond));
  });

  it("is measured on no more layers than there is time for", async () => {
    const { tasks, options } = machine(1e-3, 1);
    await measureRate(uniform({ depth: 1_000_000 }), options);
    const layers = tasks.map(
      ({ specification, replicaCount }) => specification.network.depth * replicaCount,
    );
    assert.ok(Math.max(...layers) <= 1000, String(layers));
    assert.ok(layers.length < 20);
  });

  it("is measured on shards as they are where there is time", async () => {
    const { tasks, options } = machine(1e-12, 1);
    const run = uniform({ depth: 20 });
    const counted = { ...options, clock: ticking() };
    await measureRate(run, counted);
    const last = tasks.at(-1);
    const shard = new ShardPlan(run).task(0);
    assert.deepEqual(
      [last?.specification.network.depth, last?.replicaCount],
      [shard.specification.network.depth, shard.replicaCount],
    );
  });

  it("never propagates a replica twice, and takes σ² from them", async () => {
    const { tasks, options } = machine(1e-5, 2);
    const { measuredVariance } = await measureRate(uniform(), options);
    const ranges = tasks.map((task) => [task.firstReplica, task.firstReplica + task.replicaCount]);
    ranges.slice(1).forEach(([first], i) => assert.equal(first, ranges[i]?.[1]));
    const last = tasks.at(-1)?.replicaCount ?? NaN;
    assert.ok(Math.abs((measuredVariance ?? NaN) - last / (last - 1)) < 1e-9);
  });
});

/** A clock that advances by a tenth of a second whenever it is read. */
function ticking(): () => number {
  let now = 0;
  return () => (now += 0.1);
}
