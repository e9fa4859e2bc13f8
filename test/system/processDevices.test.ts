import assert from "node:assert/strict";

import pino from "pino";

import type { WorkerDevice } from "../../worker/devices/workerDevice.ts";
import { processor } from "../../worker/devices/processor.ts";
import { startProcessPool, type ProcessPool } from "../../worker/pool/processPool.ts";
import type { ShardPool } from "../../worker/pool/shardPool.ts";
import { createThreadPool } from "../../worker/pool/threadPool.ts";
import { startWorker } from "../../worker/worker.ts";
import { hasTensorflow } from "../support/tiers/tensorflow.ts";
import { Cluster, type RunJson } from "./support/cluster.ts";
import { jsonHere, runCommand, startCommand } from "./support/command.ts";
import { CRUEL } from "./support/cruelSeeds.ts";
import { answerOf } from "./support/estimates.ts";
import { freePort } from "../support/ports.ts";
import { onSoftwareDevice, SOFTWARE_DRIVER } from "../worker/backends/webgpu/softwareDevice.ts";
import { runHere } from "./support/inProcess.ts";

const log = pino({ level: "silent" });
/** Twelve shards of a tenth of a second. */
const RUN = "--width 7 --depth 8 --replicas 786432".split(" ");
/** A system without any Vulkan driver. */
const NO_VULKAN = { VK_ICD_FILENAMES: "/dev/null", VK_DRIVER_FILES: "/dev/null" };

/** A process as a device that does what the processor's threads do, bit for bit. */
function processDevice(pool: ProcessPool, watched: ShardPool = pool): WorkerDevice {
  const { generator } = pool.backend;
  return { description: "a process", backends: [{ name: "simd", generator }], pool: watched };
}

describe("a worker with a device in a process", () => {
  it("ends a run with the same bits though the process is killed in its middle, and blames none", async () => {
    const expected = answerOf(await jsonHere<RunJson>(["run", ...RUN, "--threads", "2"]));
    await using cluster = await Cluster.start(0, 1);
    const pool = await startProcessPool({ backend: "simd", log });
    const recovered = Promise.withResolvers<void>();
    const deaths = [2, 4];
    let begun = 0;
    const mortal: ShardPool = {
      slotCount: pool.slotCount,
      compute: async (task, signal) => {
        begun += 1;
        const computing = pool.compute(task, signal);
        if (deaths.includes(begun)) process.kill(pool.processId ?? 0, "SIGKILL");
        const computed = await computing;
        if (pool.lossCount === deaths.length) recovered.resolve();
        return computed;
      },
      close: () => pool.close(),
    };
    const threads = createThreadPool(1);
    const patient: ShardPool = {
      slotCount: 1,
      // The process must come back for the run to end.
      compute: async (task, signal) => {
        await recovered.promise;
        return threads.compute(task, signal);
      },
      close: () => threads.close(),
    };
    const worker = await startWorker({
      coordinator: cluster.address,
      log,
      devices: [await processor(log, () => patient, ["simd"]), processDevice(pool, mortal)],
    });
    try {
      const run = await cluster.run(RUN);
      assert.equal(answerOf(run), expected);
      assert.equal(pool.lossCount, deaths.length);
    } finally {
      await worker.stop();
    }
    const { stderr } = cluster.coordinator;
    assert.doesNotMatch(stderr, /was given up|failed/);
  });

  it("fails a run whose shard ends the process every time, and goes on with others", async () => {
    await using cluster = await Cluster.start(0, 1);
    const module = new URL("support/faultyProcess.ts", import.meta.url).href;
    const pool = await startProcessPool({ backend: "simd", log, module });
    const worker = await startWorker({
      coordinator: cluster.address,
      log,
      devices: [processDevice(pool)],
    });
    try {
      const deadly = "--quiet run --width 7 --depth 4 --replicas 100 --json --seed".split(" ");
      const failing = runHere([...deadly, String(CRUEL.dies), "--coordinator", cluster.address]);
      const [failed, succeeded] = await Promise.all([failing, cluster.run(RUN)]);
      assert.equal(failed.code, 1);
      const { error } = JSON.parse(failed.stdout) as RunJson;
      assert.match(error, /^shard 0 .* was given up after 3 errors and 0 lost/);
      assert.match(error, /it lost its device twice, the second time alone: its process is gone/);
      assert.equal(succeeded.state, "SUCCEEDED");
    } finally {
      await worker.stop();
    }
  });
});

describe("a machine without a GPU", () => {
  it("is told so in one sentence by a worker that should compute with one", async () => {
    for (const command of [
      ["work", "--backend", "webgpu"],
      ["run", "--width", "8", "--replicas", "10", "--backend", "webgpu"],
    ]) {
      const { code, stdout, stderr } = await runCommand(["--log-level", "error", ...command], {
        env: NO_VULKAN,
      });
      assert.equal(code, 1, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, /^lyapunov: [^\n]*webgpu[^\n]*\n$/);
    }
  });

  it("is computed with by its processor, and lists what it lacks", async () => {
    const { stdout } = await runCommand(["devices", "--json", "--quiet", "--seconds", "0.05"], {
      env: NO_VULKAN,
    });
    const { devices } = JSON.parse(stdout) as {
      devices: { name: string | null; backend: string; weightsPerSecond: number | null }[];
    };
    assert.deepEqual(
      new Set(
        devices.map(({ name, backend, weightsPerSecond }) =>
          [name, backend, weightsPerSecond !== null].join(),
        ),
      ),
      new Set([
        "cpu,reference,true",
        "cpu,simd,true",
        // It only trains, so it draws no weights.
        "cpu,tensorflow_wasm,false",
        ",webgpu,false",
        hasTensorflow() ? "cpu,tensorflow,true" : ",tensorflow,false",
      ]),
    );
  });

  it("is asked for devices by names that it has", async () => {
    const { code, stderr } = await runCommand([
      "--log-level",
      "error",
      "work",
      "--devices",
      "gpu7",
    ]);
    assert.equal(code, 2);
    assert.match(stderr, /^lyapunov: --devices: 'gpu7' is none of .*; there is cpu; see/);
    for (const [flags, sentence] of [
      [["--devices", "GPU 7"], /^lyapunov: --devices: 'GPU 7' is not allowed; give names of/],
      [["--backend", "cuda"], /^lyapunov: --backend: 'cuda' is not allowed; give one of auto, ref/],
      [["--allow-software"], /^lyapunov: --allow-software: --backend auto takes no software; give/],
    ] as const) {
      const refused = await runHere(["work", ...flags]);
      assert.equal(refused.code, 2);
      assert.match(refused.stderr, sentence);
    }
    const run = await runHere(["run", "--width", "8", "--allow-software"]);
    assert.equal(run.code, 2);
    assert.match(
      run.stderr,
      /^lyapunov: --allow-software: nothing here is computed by a GPU; give/,
    );
  });
});

onSoftwareDevice.describe("a worker with a GPU that is software", () => {
  const env = { VK_ICD_FILENAMES: SOFTWARE_DRIVER };
  const run = "--width 7 --depth 20 --replicas 512 --sampling dense --backend webgpu".split(" ");

  it("computes for a real coordinator, and says everywhere that it is software", async () => {
    const alone = ["run", ...run, "--allow-software", "--quiet", "--json"];
    const expected = await runCommand(alone, { env });
    assert.equal(expected.code, 0, expected.stderr);
    await using cluster = await Cluster.start(0, 1);
    const flags = "--backend webgpu --allow-software --devices gpu0 --metrics".split(" ");
    const address = `127.0.0.1:${await freePort()}`;
    const worker = startCommand(
      ["--log-level", "info", "work", "--coordinator", cluster.address, ...flags, address],
      { env },
    );
    await cluster.join(worker);
    assert.match(worker.stderr, /takes gpu0 by webgpu: SwiftShader [^"]*\(software\), /);
    const answer = await cluster.run(run);
    assert.equal(answerOf(answer), answerOf(JSON.parse(expected.stdout) as RunJson));
    const metrics = await (await fetch(`http://${address}/metrics`)).text();
    assert.match(
      metrics,
      /^lyapunov_worker_device_info\{device="0",description="SwiftShader [^"]*",backend="webgpu",driver="SwiftShader [^"]*",software="true"\} 1$/m,
    );
    assert.match(metrics, /^lyapunov_gpu_active 0$/m);
    assert.match(
      metrics,
      /^lyapunov_worker_device_weights_per_second\{device="0",backend="webgpu",measured="start"\} [1-9]/m,
    );
    // Drained in the middle of nothing, it leaves in good order.
    worker.signal("SIGTERM");
    assert.equal((await worker.ended).code, 0);
  });

  it("is not taken unless that is asked for", async () => {
    const { code, stderr } = await runCommand(["run", ...run, "--quiet"], { env });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^lyapunov: backend webgpu: SwiftShader .* is software: .*; .*--allow-software.*$/m,
    );
  });
});
