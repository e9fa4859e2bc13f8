import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";

import pino from "pino";

import { DeviceLostError } from "../../../worker/backends/backend.ts";
import { startProcessPool, type ProcessPool } from "../../../worker/pool/processPool.ts";
import { PoolStartError } from "../../../worker/pool/shardPool.ts";
import { createThreadPool } from "../../../worker/pool/threadPool.ts";
import type { ProcessOptions } from "../../../worker/pool/loadedProcess.ts";
import { CRUEL } from "../../system/support/cruelSeeds.ts";
import { cruelTask } from "../../system/support/cruelTask.ts";
import { Started } from "../../system/support/processes.ts";
import { slow } from "../../support/tiers/tiers.ts";

const SUPPORT = new URL("../../system/support/", import.meta.url);
const FAULTY = moduleOf("faultyProcess.ts");
const SOUND = 1n;
const log = pino({ level: "silent" });

function moduleOf(name: string): string {
  return new URL(name, SUPPORT).href;
}

async function withPool(
  options: Partial<ProcessOptions>,
  test: (pool: ProcessPool) => Promise<void>,
): Promise<void> {
  const pool = await startProcessPool({ backend: "simd", log, module: FAULTY, ...options });
  try {
    await test(pool);
  } finally {
    await pool.close();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await delay(20);
}

/** Outcomes of shards, as the names of their errors or `computed`. */
async function outcomes(shards: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(shards);
  return settled.map((each) =>
    each.status === "fulfilled" ? "computed" : (each.reason as Error).name,
  );
}

describe("startProcessPool", () => {
  it("computes what threads compute, and says what the process's backend is", async () => {
    const threads = createThreadPool(1);
    try {
      await withPool({ module: undefined }, async (pool) => {
        const [here, there] = await Promise.all([
          threads.compute(cruelTask(SOUND)),
          pool.compute(cruelTask(SOUND)),
        ]);
        assert.deepEqual(there.partial, here.partial);
        assert.deepEqual(there.propagated, here.propagated);
        assert.ok(there.computeSeconds > 0);
        assert.equal(pool.slotCount, 1);
        assert.deepEqual(pool.backend, {
          generator: here.partial.generator,
          slotCount: 1,
        });
      });
    } finally {
      await threads.close();
    }
  });

  it("computes as many shards at a time as its backend has slots, and others after them", async () => {
    await withPool({}, async (pool) => {
      assert.equal(pool.slotCount, 4);
      // None of them returns before four are there.
      const shards = Array.from({ length: 8 }, (_, i) => cruelTask(CRUEL.together, i));
      const computed = await Promise.all(shards.map((task) => pool.compute(task)));
      assert.deepEqual(
        computed.map(({ partial }) => String(partial.firstReplica)),
        shards.map(({ firstReplica }) => firstReplica),
      );
    });
  });

  it("says of a partial which device computed it, and of how many replicas it was in doubt", async () => {
    await withPool({}, async (pool) => {
      const { partial } = await pool.compute(cruelTask(SOUND));
      assert.equal(partial.device, "Faulty 9000");
      assert.equal(partial.driver, "faultydriver 1.2");
      assert.equal(partial.software, undefined);
      assert.equal(partial.recomputedReplicaCount, 3);
    });
  });

  it("says why a shard failed, and goes on", async () => {
    await withPool({}, async (pool) => {
      const { processId } = pool;
      await assert.rejects(pool.compute(cruelTask(CRUEL.throws)), /^Error: this shard is poison$/);
      await pool.compute(cruelTask(SOUND));
      assert.equal(pool.processId, processId);
    });
  });

  it("hands all shards back when the process is killed, and takes another for the next", async () => {
    await withPool({}, async (pool) => {
      const first = pool.processId ?? 0;
      const shards = [0, 1, 2].map((i) => pool.compute(cruelTask(CRUEL.slow, i)));
      await delay(100);
      process.kill(first, "SIGKILL");
      assert.deepEqual(await outcomes(shards), Array(3).fill("DeviceLostError"));
      await pool.compute(cruelTask(SOUND));
      assert.notEqual(pool.processId, first);
      assert.equal(pool.lossCount, 1);
    });
  });

  it("hands all shards back when the backend has lost its device", async () => {
    await withPool({}, async (pool) => {
      const first = pool.processId ?? 0;
      const shards = [CRUEL.slow, CRUEL.losesDevice].map((seed) => pool.compute(cruelTask(seed)));
      for (const shard of shards) {
        await assert.rejects(shard, {
          name: "DeviceLostError",
          message: "the card fell off the bus",
        });
      }
      await pool.compute(cruelTask(SOUND));
      await untilGone(first);
    });
  });

  it("finds a shard that ends its process every time, and blames no other", async () => {
    await withPool({}, async (pool) => {
      const tasks = [cruelTask(CRUEL.slow), cruelTask(CRUEL.dies)];
      const first = await outcomes(tasks.map((task) => pool.compute(task)));
      assert.deepEqual(first, ["DeviceLostError", "DeviceLostError"]);
      for (let attempt = 0; attempt < 3; attempt++) {
        await assert.rejects(
          pool.compute(cruelTask(CRUEL.dies)),
          /^Error: it lost its device twice, the second time alone: its process is gone: it ended with exit code 7$/,
        );
      }
      await pool.compute(cruelTask(SOUND));
      assert.equal(pool.lossCount, 4);
    });
  });

  it("replaces a process that its backend calls spent, and loses nothing", async () => {
    await withPool({}, async (pool) => {
      const { processId: first = 0 } = pool;
      const seeds = [SOUND, CRUEL.spends, SOUND, SOUND, SOUND, SOUND];
      const shards = seeds.map((seed, i) => pool.compute(cruelTask(seed, i)));
      assert.deepEqual(await outcomes(shards), Array(6).fill("computed"));
      assert.deepEqual([pool.lossCount, pool.restartCount], [0, 1]);
      assert.notEqual(pool.processId, first);
      await untilGone(first);
    });
  });

  it("gives the device up when one shard after the other is lost", async () => {
    await withPool({}, async (pool) => {
      for (const index of [0, 1]) {
        await assert.rejects(pool.compute(cruelTask(CRUEL.dies, index)), DeviceLostError);
      }
      for (const index of [2, 3]) {
        await assert.rejects(
          pool.compute(cruelTask(CRUEL.dies, index)),
          (error) =>
            error instanceof PoolStartError &&
            error.message ===
              "its process was lost 3 times in a row; the last time: its process is gone: it ended with exit code 7",
        );
      }
    });
  });

  it("lets a shard take as long as it gets on, and its process with it", async () => {
    await withPool({ patienceSeconds: 1 }, async (pool) => {
      const controller = new AbortController();
      const shard = pool.compute(cruelTask(CRUEL.slow), controller.signal);
      await delay(1500);
      controller.abort();
      await assert.rejects(shard, { name: "AbortError" });
      assert.equal(pool.lossCount, 0);
    });
  });

  const more = slow("see in more ways that processes end");
  for (const [what, seed, declaring] of [
    ["is silent", CRUEL.silent, more],
    ["does not answer", CRUEL.blocked, { it }],
  ] as const) {
    declaring.it(
      `ends a process that ${what}, and has another one for the next shard`,
      async () => {
        await withPool({ patienceSeconds: 1 }, async (pool) => {
          const first = pool.processId ?? 0;
          await assert.rejects(
            pool.compute(cruelTask(seed)),
            /^Error: its process showed no progress for 1 s and was replaced; if that is normal/,
          );
          await pool.compute(cruelTask(SOUND));
          await untilGone(first);
        });
      },
    );
  }

  it("ends a process that was stopped, and blames none of several shards", async () => {
    await withPool({ patienceSeconds: 1 }, async (pool) => {
      const first = pool.processId ?? 0;
      const shards = [0, 1].map((i) => pool.compute(cruelTask(CRUEL.slow, i)));
      await delay(100);
      process.kill(first, "SIGSTOP");
      assert.deepEqual(await outcomes(shards), ["DeviceLostError", "DeviceLostError"]);
      await untilGone(first);
      await pool.compute(cruelTask(SOUND));
    });
  });

  it("leaves the process alone when a shard is not wanted any more", async () => {
    await withPool({}, async (pool) => {
      const { processId } = pool;
      const controller = new AbortController();
      const shards = Array.from({ length: 6 }, (_, i) =>
        pool.compute(cruelTask(CRUEL.slow, i), controller.signal),
      );
      await delay(100);
      controller.abort();
      assert.deepEqual(await outcomes(shards), Array(6).fill("AbortError"));
      // All slots become free again, since the process drops what it had.
      await Promise.all([6, 7, 8, 9].map((i) => pool.compute(cruelTask(CRUEL.together, i))));
      assert.equal(pool.processId, processId);
      await assert.rejects(pool.compute(cruelTask(SOUND), AbortSignal.abort()), {
        name: "AbortError",
      });
    });
  });

  it("says why the process has no backend, or cannot start", async () => {
    for (const [options, error] of [
      [{ backend: "tensorflow" }, /^Error: tensorflow is not set up here$/],
      [
        { module: moduleOf("unloadableThread.ts") },
        /^ShardStartError: a process cannot start to work: it ended with exit code 1: Error: this module cannot be loaded$/,
      ],
      [
        { module: moduleOf("exitingThread.ts") },
        /^ShardStartError: a process cannot start to work: it ended with exit code 9$/,
      ],
      [
        { module: moduleOf("mutedProcess.ts"), patienceSeconds: 1 },
        /^ShardStartError: a process cannot start to work: its process showed no progress for 1 s/,
      ],
    ] as const) {
      const starting = startProcessPool({ backend: "simd", log, module: FAULTY, ...options });
      await assert.rejects(starting, error);
    }
  });

  it("closes with shards in work, which fail, and takes no more", async () => {
    const pool = await startProcessPool({ backend: "simd", log, module: FAULTY });
    const { processId = 0 } = pool;
    const shard = assert.rejects(pool.compute(cruelTask(CRUEL.slow)), /the pool was closed/);
    await delay(50);
    await pool.close();
    await shard;
    assert.equal(isAlive(processId), false);
    await assert.rejects(pool.compute(cruelTask(SOUND)), /the pool was closed/);
  });

  slow("waits for a process that does not hear that it should end").it(
    "kills a process that does not end in time",
    async () => {
      const pool = await startProcessPool({ backend: "simd", log, module: FAULTY });
      const { processId = 0 } = pool;
      const shard = assert.rejects(pool.compute(cruelTask(CRUEL.blocked)));
      await delay(50);
      await pool.close();
      await shard;
      assert.equal(isAlive(processId), false);
    },
  );

  for (const [what, seed, declaring] of [
    ["waits for its device", CRUEL.slow, more],
    ["waits for nothing", CRUEL.together, more],
    ["computes without a pause", CRUEL.busy, { it }],
  ] as const) {
    declaring.it(`ends with the process that it belongs to, while it ${what}`, async () => {
      const script = new URL("poolOwner.ts", SUPPORT).pathname;
      await using owner = new Started(process.execPath, [script, String(seed)]);
      const [, pid] = await owner.said(/process (\d+)/, "stdout");
      owner.signal("SIGKILL");
      const { stdout } = await owner.ended;
      assert.equal(stdout, `process ${pid}\n`, "nothing else came to standard output");
      await untilGone(Number(pid));
    });
  }
});
