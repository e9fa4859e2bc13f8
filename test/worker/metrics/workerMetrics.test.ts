import assert from "node:assert/strict";

import { ShardPlan } from "../../../coordinator/plan/shardPlan.ts";
import { propagationOf } from "../../../shared/shard/propagation.ts";
import { receivedTask } from "../../../shared/kinds/receivedTask.ts";
import type { HeldLease } from "../../../worker/agent/heldLease.ts";
import { ShardPace } from "../../../worker/agent/shardPace.ts";
import type { DeviceNow } from "../../../worker/metrics/workerFamilies.ts";
import { WorkerMetrics } from "../../../worker/metrics/workerMetrics.ts";
import type { ComputedShard } from "../../../worker/pool/computedShard.ts";
import { DEPTH, SHARD_SIZE, specificationWith } from "../../support/specifications.ts";
import { syntheticPartial } from "../../support/syntheticPartials.ts";

const SPECIFICATION = specificationWith();
const TASK = new ShardPlan(SPECIFICATION).task(0);
const RECEIVED = receivedTask(TASK);
const COMPUTED: ComputedShard = {
  partial: syntheticPartial(TASK),
  computeSeconds: 8,
  propagated: propagationOf(SPECIFICATION.network, SPECIFICATION.backend, TASK.replicaCount),
};

const THREADS_IDLE = 'lyapunov_worker_threads{state="idle"}';

function lease(id: number): HeldLease {
  return { id: String(id), run: "runs/a", shardIndex: id, deviceIndex: 0, task: RECEIVED };
}

/** An agent that looks for its coordinator, with devices of these numbers of slots. */
function agentWith(...slotCounts: readonly number[]) {
  const devices = slotCounts.map((slotCount, i): DeviceNow => {
    return { description: `chip ${i}`, slotCount, hasFailed: false, pace: new ShardPace() };
  });
  return { isConnected: false, queuedCount: 0, unacknowledgedCount: 0, devices };
}

describe("WorkerMetrics", () => {
  let time: number;
  let metrics: WorkerMetrics;

  beforeEach(() => {
    time = 100;
    metrics = new WorkerMetrics(() => time);
  });

  /** Reads the values of samples; undefined for one that is missing. */
  async function values(...samples: readonly string[]): Promise<(number | undefined)[]> {
    const lines = (await metrics.scrape()).split("\n");
    return samples.map((sample) => {
      const line = lines.find((each) => each.startsWith(`${sample} `));
      return line === undefined ? undefined : Number(line.slice(sample.length + 1));
    });
  }

  it("says nothing of threads before there are any, and is ready once it was let in", async () => {
    assert.deepEqual(await values(THREADS_IDLE, "lyapunov_worker_connected"), [
      undefined,
      undefined,
    ]);
    assert.equal(metrics.notReady, "this worker is looking for its coordinator");
    const joined = agentWith(1, 2);
    metrics.watch(joined);
    assert.deepEqual(await values(THREADS_IDLE, "lyapunov_worker_connected"), [3, 0]);
    joined.isConnected = true;
    assert.equal(metrics.notReady, undefined);
    assert.deepEqual(await values("lyapunov_worker_connected"), [1]);
  });

  it("measures how long shards wait and run, and how busy the threads are", async () => {
    metrics.watch(agentWith(2));
    const [first, second] = [lease(0), lease(1)];
    metrics.granted(first);
    metrics.granted(second);
    metrics.begun(first);
    time += 4;
    metrics.begun(second);
    time += 4;
    const utilization = "lyapunov_worker_utilization_ratio";
    assert.deepEqual(
      await values('lyapunov_worker_threads{state="busy"}', utilization),
      // One of two threads is busy all the time, the other half of it.
      [2, 0.75],
    );
    metrics.computed(COMPUTED);
    metrics.ended();
    metrics.failed();
    metrics.ended();
    metrics.threadEnded();
    metrics.revoked(5);
    time += 8;
    const labels = '{backend="simd",weights="gaussian"}';
    assert.deepEqual(
      await values(
        utilization,
        "lyapunov_worker_shard_wait_seconds_count",
        "lyapunov_worker_shard_wait_seconds_sum",
        'lyapunov_worker_shard_run_seconds_sum{backend="simd"}',
        'lyapunov_worker_shards_total{outcome="computed"}',
        'lyapunov_worker_shards_total{outcome="failed"}',
        'lyapunov_worker_shards_total{outcome="revoked"}',
        "lyapunov_worker_threads_recycled_total",
        `lyapunov_worker_replicas_total${labels}`,
        `lyapunov_worker_layers_total${labels}`,
        `lyapunov_worker_weights_total${labels}`,
      ),
      [0, 2, 4, 8, 1, 1, 5, 1, SHARD_SIZE, SHARD_SIZE * DEPTH, SHARD_SIZE * DEPTH * 16],
    );
  });

  it("tells how fast each device is, and which has failed", async () => {
    const agent = agentWith(4, 1);
    metrics.watch(agent);
    const labels = 'device="1",description="chip 1",backend="reference"';
    const pace = `lyapunov_worker_device_shard_seconds{${labels}}`;
    const failed = 'lyapunov_worker_devices{state="failed"}';
    assert.deepEqual(await values(pace, failed), [undefined, 0]);
    agent.devices[0]?.pace.measured("simd", 9);
    agent.devices[1]?.pace.measured("reference", 2);
    assert.deepEqual(await values(pace), [2]);
    agent.devices[1]?.pace.measured("reference", 3);
    assert.deepEqual(await values(pace), [2.1], "the newest of about ten");
    agent.devices[1] = { description: "", slotCount: 0, hasFailed: true, pace: new ShardPace() };
    assert.deepEqual(
      await values(failed, 'lyapunov_worker_devices{state="working"}', THREADS_IDLE),
      [1, 1, 4],
    );
  });
});
