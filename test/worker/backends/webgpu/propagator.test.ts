import assert from "node:assert/strict";
import { DeviceLostError, type PropagationTask } from "../../../../worker/backends/backend.ts";
import { type OpenDevice, openDevice } from "../../../../worker/backends/webgpu/device.ts";
import { Propagator } from "../../../../worker/backends/webgpu/propagator.ts";
import { loadBackend } from "../../../../worker/backends/registry.ts";
import { countedGrowth, countingKernel, type CountingOptions } from "./countingKernel.ts";
import { onSoftwareDevice, withSoftwareDriver } from "./softwareDevice.ts";

/** A task of a network without drift: orthogonal, of gain 1. */
function taskOf(options: Partial<PropagationTask> & { readonly width?: number }): PropagationTask {
  const { width = 3, ...rest } = options;
  return {
    network: { width, depth: 1, negativeSlope: 1, weights: "orthogonal", gain: 1 },
    sampling: "dense",
    seed: 7n,
    depths: [1, 5, 12],
    firstReplica: 0,
    replicaCount: 10,
    ...rest,
  };
}

function expectedValues({ depths, firstReplica, replicaCount }: PropagationTask): number[] {
  return depths.flatMap((depth) =>
    Array.from({ length: replicaCount }, (_, i) => countedGrowth(firstReplica + i, depth)),
  );
}

function assertCounted(found: Float64Array, task: PropagationTask): void {
  for (const [i, expected] of expectedValues(task).entries()) {
    const error = Math.abs((found[i] as number) - expected);
    assert.ok(error < 1e-12 * expected, `${i}: ${error}`);
  }
}

onSoftwareDevice.describe("the propagator of a device", () => {
  let opened: OpenDevice;
  beforeEach(async () => {
    opened = await withSoftwareDriver(() => openDevice({ allowSoftware: true }));
  });
  afterEach(() => opened.close());

  const propagatorOf = async (
    options: CountingOptions = {},
    bounds: Partial<ConstructorParameters<typeof Propagator>[0]["bounds"]> = {},
  ) => {
    const { device, loss } = opened;
    const { kernel, counts } = await countingKernel(device, options);
    const made: number[] = [];
    const propagator = new Propagator({
      device,
      loss,
      makeKernel: ({ network }) => {
        made.push(network.width);
        return Promise.resolve(kernel);
      },
      bounds: { threads: 4096, bytes: 2 ** 30, layerSeconds: 10, ...bounds },
      operationsPerSecond: 1e8,
      rescuer: await loadBackend("simd"),
      tooSmall: (width) => `too small for ${width}`,
    });
    return { propagator, counts, made };
  };

  it("propagates a task to its depths, and tells that it gets on", async () => {
    const { propagator, counts } = await propagatorOf();
    let calls = 0;
    const task = taskOf({});
    const { values, names, recomputedCount } = await propagator.propagate(task, () => {
      calls++;
    });
    assert.deepEqual(names, ["log_norm_growth"]);
    assert.equal(recomputedCount, 0);
    assertCounted(values, task);
    assert.ok(calls > 0);
    assert.equal(counts.layers, 12);
    await propagator.close();
    assert.equal(counts.alive, 0);
  });

  it("puts small tasks with one network into one batch, whatever their seeds and gains", async () => {
    const { propagator, counts, made } = await propagatorOf();
    const tasks = Array.from({ length: 40 }, (_, i) =>
      taskOf({ seed: BigInt(i), firstReplica: 100 * i, replicaCount: 1 + (i % 5) }),
    );
    const answers = await Promise.all(tasks.map((task) => propagator.propagate(task)));
    for (const [i, { values }] of answers.entries()) {
      assertCounted(values, tasks[i] as PropagationTask);
    }
    assert.deepEqual(counts.batches, [tasks.reduce((sum, task) => sum + task.replicaCount, 0)]);
    assert.deepEqual(made, [3]);
    await propagator.close();
  });

  it("adds to each task the drift of its own gain", async () => {
    const { propagator } = await propagatorOf();
    const tasks = [1, 3].map((gain) => {
      const task = taskOf({});
      return { ...task, network: { ...task.network, gain } };
    });
    const [one, three] = await Promise.all(tasks.map((task) => propagator.propagate(task)));
    for (const [i, depth] of [1, 5, 12].entries()) {
      const shift = (three?.values[10 * i] as number) - (one?.values[10 * i] as number);
      assert.ok(Math.abs(shift - depth * Math.log(3)) < 1e-12, `${shift}`);
    }
    await propagator.close();
  });

  it("splits large tasks into batches of whole workgroups, and networks from one another", async () => {
    const { propagator, counts, made } = await propagatorOf({}, { threads: 15 });
    const tasks = [
      taskOf({ replicaCount: 30 }),
      taskOf({ replicaCount: 5, width: 4, depths: [2] }),
      taskOf({ replicaCount: 9, width: 4, depths: [2, 3] }),
    ];
    const answers = await Promise.all(tasks.map((task) => propagator.propagate(task)));
    for (const [i, { values }] of answers.entries()) {
      assertCounted(values, tasks[i] as PropagationTask);
    }
    assert.deepEqual(
      counts.batches.toSorted((a, b) => a - b),
      [5, 6, 9, 12, 12],
    );
    assert.deepEqual(made, [3, 4]);
    await propagator.close();
  });

  it("looks at more depths than fit into one submission", async () => {
    const { propagator } = await propagatorOf();
    const task = taskOf({ depths: Array.from({ length: 200 }, (_, i) => 3 * i + 1) });
    const { values } = await propagator.propagate(task);
    assertCounted(values, task);
    await propagator.close();
  });

  it("stops when all replicas are extinct, and leaves what is beyond at −∞", async () => {
    const { propagator, counts } = await propagatorOf({ dies: true });
    const task = taskOf({ depths: [4, 50, 1_000_000, 10_000_000] });
    const { values } = await propagator.propagate(task);
    const alive = [...values].map((value) => value > -Infinity);
    // Replica r is there until layer r.
    const expected = task.depths.flatMap((depth) =>
      Array.from({ length: 10 }, (_, replica) => depth <= replica),
    );
    assert.deepEqual(alive, expected);
    assert.ok(counts.layers < 100_000, `${counts.layers}`);
    await propagator.close();
  });

  it("lets simd compute anew what the device doubts, and counts it", async () => {
    const { propagator } = await propagatorOf({ doubted: 3 });
    const task = taskOf({ firstReplica: 1, replicaCount: 24 });
    const { values, recomputedCount } = await propagator.propagate(task);
    const simd = await (await loadBackend("simd")).propagate(task);
    assert.equal(recomputedCount, 3);
    for (const [i, expected] of expectedValues(task).entries()) {
      const isDoubted = (1 + (i % 24)) % 8 === 3;
      const error = Math.abs((values[i] as number) - expected);
      if (isDoubted) assert.equal(values[i], simd.values[i]);
      else assert.ok(error < 1e-12 * expected);
    }
    await propagator.close();
  });

  it("fails the tasks of a network whose kernel cannot be made, and no others", async () => {
    const { device, loss } = opened;
    const { kernel } = await countingKernel(device);
    const propagator = new Propagator({
      device,
      loss,
      makeKernel: ({ network }) =>
        network.width === 4 ? Promise.reject(new Error("no such width")) : Promise.resolve(kernel),
      bounds: { threads: 64, bytes: 2 ** 30, layerSeconds: 10 },
      operationsPerSecond: 1e8,
      rescuer: await loadBackend("simd"),
      tooSmall: String,
    });
    const bad = [
      propagator.propagate(taskOf({ width: 4 })),
      propagator.propagate(taskOf({ width: 4 })),
    ];
    const good = propagator.propagate(taskOf({}));
    for (const answer of bad) {
      await assert.rejects(
        answer,
        /^Error: backend webgpu: no kernel for this network: no such width$/,
      );
    }
    assertCounted((await good).values, taskOf({}));
    await propagator.close();
  });

  it("gives up a task whose giver throws, and the batch with the last of them", async () => {
    const { propagator, counts } = await propagatorOf({ work: 1000 });
    const dropped = new Error("dropped");
    const drop = () => {
      throw dropped;
    };
    const long = taskOf({ depths: [1_000_000] });
    const short = taskOf({ width: 4, depths: [30] });
    const answers = [propagator.propagate(long, drop), propagator.propagate(long, drop)];
    for (const answer of answers) await assert.rejects(answer, dropped);
    assertCounted((await propagator.propagate(short)).values, short);
    await propagator.close();
    assert.ok(counts.layers < 100_000, `${counts.layers}`);
  });

  it("rejects whatever waits when the device is destroyed, and takes no more", async () => {
    const { propagator } = await propagatorOf({ work: 20_000 }, { threads: 8 });
    const first = Promise.withResolvers<void>();
    const tasks = Array.from({ length: 6 }, (_, i) =>
      taskOf({ firstReplica: i, width: 2 + i, depths: [100_000] }),
    );
    const answers = tasks.map((task) => propagator.propagate(task, first.resolve));
    const outcomes = Promise.allSettled(answers);
    await first.promise;
    opened.device.destroy();
    for (const outcome of await outcomes) {
      assert.equal(outcome.status, "rejected");
      assert.ok(outcome.reason instanceof DeviceLostError);
      assert.match(outcome.reason.message, /^backend webgpu: SwiftShader Device .* was lost: /);
    }
    await assert.rejects(propagator.propagate(taskOf({})), DeviceLostError);
    await propagator.close();
  });

  it("takes what a device finds invalid for a loss", async () => {
    const { propagator } = await propagatorOf({ work: 20_000 });
    const answer = propagator.propagate(taskOf({ depths: [100_000] }));
    opened.device.createBuffer({ size: 4, usage: 0 });
    await assert.rejects(answer, (error: Error) => {
      assert.ok(error instanceof DeviceLostError);
      assert.match(error.message, /was lost: .*usage/i);
      return true;
    });
    await propagator.close();
  });

  it("finishes what it was given before it closes, and takes no more then", async () => {
    const { propagator, counts } = await propagatorOf();
    const task = taskOf({ depths: [5000] });
    const answer = propagator.propagate(task);
    const closed = propagator.close();
    await assert.rejects(propagator.propagate(task), /^Error: backend webgpu: it is closed/);
    await closed;
    assertCounted((await answer).values, task);
    assert.equal(counts.alive, 0);
  });
});
