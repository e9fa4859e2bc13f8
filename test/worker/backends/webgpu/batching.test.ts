import assert from "node:assert/strict";
import * as fc from "fast-check";
import { batchCapacity, nextShares } from "../../../../worker/backends/webgpu/batching.ts";

describe("nextShares", () => {
  const tasks = [
    { name: "a", group: "x", waiting: 0 },
    { name: "b", group: "y", waiting: 5 },
    { name: "c", group: "x", waiting: 2 },
    { name: "d", group: "y", waiting: 9 },
    { name: "e", group: "y", waiting: 1 },
  ];
  const shares = (group: string, capacity: number) =>
    nextShares(tasks, group, capacity).map(({ task, count }) => `${task.name}${count}`);

  it("takes the replicas of a group in order, until the batch is full", () => {
    assert.deepEqual(shares("y", 100), ["b5", "d9", "e1"]);
    assert.deepEqual(shares("y", 8), ["b5", "d3"]);
    assert.deepEqual(shares("y", 5), ["b5"]);
    assert.deepEqual(shares("y", 1), ["b1"]);
    assert.deepEqual(shares("x", 100), ["c2"]);
    assert.deepEqual(shares("z", 100), []);
  });
});

describe("batchCapacity", () => {
  const kernel = { bytesPerReplica: 100, replicasPerWorkgroup: 8, threadsPerReplica: 4 };
  const bounds = { threads: 4000, bytes: 1e6, layerSeconds: 1 };

  it("fills the device with whole workgroups", () => {
    assert.equal(batchCapacity(kernel, bounds, 1e-9), 1000);
    assert.equal(batchCapacity(kernel, { ...bounds, threads: 4030 }, 1e-9), 1000);
    assert.equal(batchCapacity(kernel, { ...bounds, threads: 1 }, 1e-9), 8);
  });

  it("ends a layer in time, if it is more than a workgroup", () => {
    assert.equal(batchCapacity(kernel, bounds, 1 / 100), 96);
    assert.equal(batchCapacity(kernel, bounds, 5), 8);
  });

  it("never needs more memory than there is", () => {
    assert.equal(batchCapacity(kernel, { ...bounds, bytes: 2000 }, 1e-9), 16);
    assert.equal(batchCapacity(kernel, { ...bounds, bytes: 399 }, 1e-9), 3);
    assert.equal(batchCapacity(kernel, { ...bounds, bytes: 99 }, 1e-9), 0);
    const positive = fc.double({ min: 1e-9, max: 1e12, noNaN: true });
    const shape = fc.record({
      bytesPerReplica: fc.integer({ min: 1, max: 1e9 }),
      replicasPerWorkgroup: fc.integer({ min: 1, max: 256 }),
      threadsPerReplica: fc.integer({ min: 1, max: 4096 }),
    });
    fc.assert(
      fc.property(shape, positive, positive, positive, (of, threads, bytes, seconds) => {
        const capacity = batchCapacity(of, { threads, bytes, layerSeconds: 1 }, seconds);
        assert.ok(Number.isInteger(capacity));
        assert.ok(capacity * of.bytesPerReplica <= bytes);
        assert.ok(capacity > 0 || bytes < of.bytesPerReplica);
      }),
      { seed: 3 },
    );
  });
});
