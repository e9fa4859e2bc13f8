import assert from "node:assert/strict";

import { measureWeights } from "../../../worker/devices/measure.ts";
import type { ComputedShard } from "../../../worker/pool/computedShard.ts";
import type { ShardPool } from "../../../worker/pool/shardPool.ts";

const WEIGHTS_PER_REPLICA = 16 * 64 ** 2;

/** A device whose slots draw so many weights a second each, by a clock of its own. */
function deviceOf(slotCount: number, slotRate: number) {
  let time = 0;
  let calls = 0;
  let until: number[] = [];
  const pool: ShardPool = {
    slotCount,
    compute: async (task) => {
      calls += 1;
      const end = time + (Number(task.replicaCount) * WEIGHTS_PER_REPLICA) / slotRate;
      until.push(end);
      assert.ok(until.length <= slotCount);
      // All slots are given something before time goes on.
      await Promise.resolve();
      await Promise.resolve();
      time = Math.max(time, end);
      until = until.filter((each) => each > time);
      return {} as ComputedShard;
    },
    close: async () => undefined,
  };
  return { pool, clock: () => time, calls: () => calls };
}

describe("measureWeights", () => {
  for (const [slotCount, slotRate] of [
    [1, 1e6],
    [2, 1e8],
    [64, 1e9],
  ] as const) {
    it(`measures ${slotCount} slots of ${slotRate} weights a second each`, async () => {
      const { pool, clock } = deviceOf(slotCount, slotRate);
      const rate = await measureWeights(pool, "simd", { seconds: 1, clock });
      // Shards take an eighth of the time each at most.
      assert.ok(Math.abs(rate / (slotCount * slotRate) - 1) < 0.01, String(rate));
    });
  }

  it("is content with what a very slow device does at first", async () => {
    const { pool, clock, calls } = deviceOf(8, 1e4);
    const rate = await measureWeights(pool, "simd", { seconds: 1, clock });
    assert.ok(Math.abs(rate / 8e4 - 1) < 0.01, String(rate));
    assert.equal(calls(), 16);
  });

  it("fails with the device's own reason", async () => {
    const pool: ShardPool = {
      slotCount: 2,
      compute: async () => {
        throw new Error("no driver");
      },
      close: async () => undefined,
    };
    const { clock } = deviceOf(1, 1);
    await assert.rejects(
      measureWeights(pool, "webgpu", { seconds: 1, clock }),
      /^Error: no driver$/,
    );
  });
});
