import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";

import { ShardPlan } from "../../../coordinator/plan/shardPlan.ts";
import { receivedTask } from "../../../shared/kinds/receivedTask.ts";
import type { ShardPool } from "../../../worker/pool/shardPool.ts";
import { createThreadPool, type ThreadPoolOptions } from "../../../worker/pool/threadPool.ts";
import { ShardStartError } from "../../../worker/pool/shardWatch.ts";
import { SEEDS } from "../../system/support/faultyThread.ts";
import { specificationWith } from "../../support/specifications.ts";

const SUPPORT = new URL("../../system/support/", import.meta.url);
/** A run whose shards take a twentieth of a second. */
const PLAN = new ShardPlan(
  specificationWith({
    network: { width: 7, depth: 4 },
    checkpointDepths: [4],
    seed: SEEDS.hangs,
    stoppingRule: { replicaCount: 2 ** 18 },
  }),
);

const FIRST = receivedTask(PLAN.task(0));
const SECOND = receivedTask(PLAN.task(1));

async function withPool(
  options: ThreadPoolOptions,
  test: (pool: ShardPool) => Promise<void>,
): Promise<void> {
  const pool = createThreadPool(1, options);
  try {
    await test(pool);
  } finally {
    await pool.close();
  }
}

describe("createThreadPool", () => {
  it("ends a thread that shows no progress, and has another one at once", async () => {
    const module = new URL("faultyThread.ts", SUPPORT).href;
    await withPool({ module, patienceSeconds: 2 }, async (pool) => {
      await assert.rejects(pool.compute(SECOND), /^Error: its thread showed no progress for 2 s/);
      const { partial } = await pool.compute(FIRST);
      assert.equal(partial.replicaCount, PLAN.shardSize);
    });
  });

  it("lets a thread take as long as it gets on", async () => {
    const module = new URL("slowThread.ts", SUPPORT).href;
    await withPool({ module, patienceSeconds: 2 }, async (pool) => {
      const { partial } = await pool.compute(FIRST);
      assert.equal(partial.replicaCount, PLAN.shardSize);
    });
  });

  it("ends a thread whose shard is not wanted any more", async () => {
    const module = new URL("faultyThread.ts", SUPPORT).href;
    await withPool({ module }, async (pool) => {
      const controller = new AbortController();
      const hanging = pool.compute(SECOND, controller.signal);
      await delay(500);
      controller.abort();
      await assert.rejects(hanging, { name: "AbortError" });
      await pool.compute(FIRST);
    });
  });

  it("says that a thread cannot start, rather than have shards wait for one", async () => {
    // Not enough for Node itself.
    await withPool({ heapLimit: 4 }, async (pool) => {
      await assert.rejects(pool.compute(FIRST), ShardStartError);
    });
  });
});
