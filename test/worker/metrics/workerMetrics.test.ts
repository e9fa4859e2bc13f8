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

function chip(fields: Partial<DeviceNow>): DeviceNow {
  return {
    description: "",
    backends: [],
    slotCount: 0,
    busyCount: 0,
    hasFailed: false,
    pace: new ShardPace(),
    pool: {},
    ...fields,
  };
}

/** An agent that looks for its coordinator, with devices of these numbers of slots. */
function agentWith(...slotCounts: readonly number[]) {
  const devices = slotCounts.map((slotCount, i): DeviceNow => {
    return chip({ description: `chip ${i}`, slotCount });
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
    agent.devices[0]?.pace.measured("simd", 9, 1);
    agent.devices[1]?.pace.measured("reference", 2, 1);
    assert.deepEqual(await values(pace), [2]);
    agent.devices[1]?.pace.measured("reference", 3, 1);
    assert.deepEqual(await values(pace), [2.1], "the newest of about ten");
    agent.devices[1] = chip({ hasFailed: true });
    assert.deepEqual(
      await values(failed, 'lyapunov_worker_devices{state="working"}', THREADS_IDLE),
      [1, 1, 4],
    );
  });

  it("says what each device is, how much memory it has and how fast it is", async () => {
    const pace = new ShardPace();
    metrics.watch({
      ...agentWith(2),
      devices: [
        chip({
          description: "Big GPU",
          slotCount: 64,
          backends: [
            {
              name: "webgpu",
              generator: "g",
              driver: "driver 5",
              isGpu: true,
              memoryBytes: 1e9,
              weightsPerSecond: 5e10,
            },
          ],
          pace,
          pool: { lossCount: 2, restartCount: 1 },
        }),
        chip({ description: "chip", backends: [{ name: "simd", generator: "g" }], slotCount: 2 }),
      ],
    });
    const name = "lyapunov_worker_device";
    assert.deepEqual(
      await values(
        `${name}_info{device="0",description="Big GPU",backend="webgpu",driver="driver 5",software="false"}`,
        `${name}_info{device="1",description="chip",backend="simd",driver="none",software="false"}`,
        `${name}_memory_bytes{device="0"}`,
        `${name}_memory_bytes{device="1"}`,
        `${name}_losses_total{device="0"}`,
        `${name}_losses_total{device="1"}`,
        `lyapunov_worker_processes_restarted_total{device="0"}`,
      ),
      [1, 1, 1e9, undefined, 2, 0, 1],
    );
    const rates = ["start", "shards"].map(
      (measured) =>
        `${name}_weights_per_second{device="0",backend="webgpu",measured="${measured}"}`,
    );
    assert.deepEqual(await values(...rates), [5e10, undefined]);
    // A slot draws 10⁹ weights in two seconds, and there are 64 of them.
    pace.measured("webgpu", 2, 1e9);
    assert.deepEqual(await values(...rates), [5e10, 3.2e10]);
  });

  it("calls a GPU active while it has shards, unless a processor plays its part", async () => {
    for (const [busyCount, isSoftware, hasFailed, active] of [
      [0, false, false, 0],
      [3, false, false, 1],
      [3, true, false, 0],
      [3, false, true, 0],
    ] as const) {
      const backends = [{ name: "webgpu", generator: "g", isGpu: true, isSoftware } as const];
      metrics.watch({ ...agentWith(), devices: [chip({ backends, busyCount, hasFailed })] });
      assert.deepEqual(await values("lyapunov_gpu_active"), [active]);
    }
    const backends = [{ name: "simd", generator: "g" } as const];
    metrics.watch({ ...agentWith(), devices: [chip({ backends, busyCount: 1 })] });
    assert.deepEqual(await values("lyapunov_gpu_active"), [0]);
  });

  it("counts the replicas that a GPU doubted", async () => {
    const sample = 'lyapunov_worker_replicas_recomputed_total{backend="simd"}';
    metrics.computed(COMPUTED);
    assert.deepEqual(await values(sample), [0]);
    const partial = { ...COMPUTED.partial, recomputedReplicaCount: 5 };
    for (let shard = 0; shard < 2; shard++) metrics.computed({ ...COMPUTED, partial });
    assert.deepEqual(await values(sample), [10]);
  });
});
