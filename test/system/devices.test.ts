import assert from "node:assert/strict";

import pino, { type Logger } from "pino";

import type { ProcessorBackend } from "../../shared/specification/backends.ts";
import { processor } from "../../worker/devices/processor.ts";
import type { WorkerDevice } from "../../worker/devices/workerDevice.ts";
import type { ShardPool } from "../../worker/pool/shardPool.ts";
import { createThreadPool } from "../../worker/pool/threadPool.ts";
import { startWorker } from "../../worker/worker.ts";
import { Cluster, type RunJson } from "./support/cluster.ts";
import { commandJson } from "./support/command.ts";
import { answerOf } from "./support/estimates.ts";

/** Runs of eight shards each. */
const RUNS = {
  simd: "--backend simd --width 7 --depth 8 --replicas 524288".split(" "),
  reference: "--backend reference --width 7 --depth 1 --replicas 524288".split(" "),
} as const;
const UNLOADABLE = new URL("support/unloadableThread.ts", import.meta.url).href;

/** A pool that notes what it is given: the backends of its tasks, and the most tasks at a time. */
class Watched implements ShardPool {
  readonly backends = new Set<string>();
  tasks = 0;
  mostAtOnce = 0;
  isClosed = false;
  readonly #pool: ShardPool;
  #busy = 0;

  constructor(pool: ShardPool) {
    this.#pool = pool;
  }

  get slotCount(): number {
    return this.#pool.slotCount;
  }

  compute: ShardPool["compute"] = async (task, signal) => {
    this.backends.add(task.backend);
    this.tasks += 1;
    this.#busy += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#busy);
    try {
      return await this.#pool.compute(task, signal);
    } finally {
      this.#busy -= 1;
    }
  };

  close(): Promise<void> {
    this.isClosed = true;
    return this.#pool.close();
  }
}

/** A log whose lines are kept for the test. */
function keptLog(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  return { lines, log: pino({ level: "info" }, { write: (line: string) => lines.push(line) }) };
}

function device(log: Logger, pool: ShardPool, backend: ProcessorBackend): Promise<WorkerDevice> {
  return processor(log, () => pool, [backend]);
}

async function onOneMachine(backend: ProcessorBackend): Promise<string> {
  return answerOf(await commandJson<RunJson>(["run", ...RUNS[backend], "--threads", "1"]));
}

describe("a worker with two devices", () => {
  /** The answers of a single thread to each run. */
  const expected = { simd: "", reference: "" };

  before(async () => {
    expected.simd = await onOneMachine("simd");
    expected.reference = await onOneMachine("reference");
  });

  it("gets each run's shards on the device that has its backend, as many as it has slots", async () => {
    await using cluster = await Cluster.start(0, 1);
    const { log } = keptLog();
    const fast = new Watched(createThreadPool(2));
    const slow = new Watched(createThreadPool(1));
    const worker = await startWorker({
      coordinator: cluster.address,
      log,
      devices: [await device(log, fast, "simd"), await device(log, slow, "reference")],
    });
    try {
      const [simd, reference] = await Promise.all([
        cluster.run(RUNS.simd),
        cluster.run(RUNS.reference),
      ]);
      assert.deepEqual([...fast.backends], ["BACKEND_SIMD"]);
      assert.deepEqual([...slow.backends], ["BACKEND_REFERENCE"]);
      assert.equal(fast.tasks, simd.shardCount);
      assert.equal(slow.tasks, reference.shardCount);
      assert.equal(fast.mostAtOnce, 2);
      assert.equal(slow.mostAtOnce, 1);
      assert.equal(answerOf(simd), expected.simd);
      assert.equal(answerOf(reference), expected.reference);
    } finally {
      await worker.stop();
    }
    assert.ok(fast.isClosed && slow.isClosed);
  });

  it("goes on with one if the other cannot start, says so, and harms no run", async () => {
    await using cluster = await Cluster.start(0, 1);
    const { log, lines } = keptLog();
    const working = new Watched(createThreadPool(1));
    const broken = new Watched(createThreadPool(2, { module: UNLOADABLE }));
    const worker = await startWorker({
      coordinator: cluster.address,
      log,
      devices: [await device(log, broken, "simd"), await device(log, working, "reference")],
    });
    try {
      const waiting = cluster.run(RUNS.simd);
      const reference = await cluster.run(RUNS.reference);
      assert.equal(answerOf(reference), expected.reference);
      assert.equal(lines.filter((line) => line.includes("is left out")).length, 1);
      assert.match(
        lines.find((line) => line.includes("is left out")) ?? "",
        /device 0 \(.*\) is left out: a thread cannot start to work: this module cannot be loaded; the others go on/,
      );
      const { runs } = await cluster.api.listRuns(10, "");
      const run = runs.find(({ backend }) => backend === "BACKEND_SIMD");
      for await (const { error } of cluster.api.watchRun(run?.name ?? "")) {
        if (error.startsWith("it waits for a worker that has the backend simd")) break;
      }
      await cluster.addWorker(1);
      assert.equal(answerOf(await waiting), expected.simd);
      assert.equal(working.tasks, reference.shardCount);
    } finally {
      await worker.stop();
    }
    assert.ok(working.isClosed && broken.isClosed);
  });

  it("leaves if neither can start", async () => {
    await using cluster = await Cluster.start(0, 1);
    const { log } = keptLog();
    const pools = [1, 2].map((slots) => createThreadPool(slots, { module: UNLOADABLE }));
    const devices = await Promise.all(pools.map((pool) => processor(log, () => pool)));
    const worker = await startWorker({ coordinator: cluster.address, log, devices });
    const left = assert.rejects(worker.left, /a thread cannot start to work: this module/);
    const finished = cluster.run(RUNS.simd);
    await left;
    await cluster.addWorker(1);
    assert.equal(answerOf(await finished), expected.simd);
  });
});
