import assert from "node:assert/strict";

import pino from "pino";

import type { ProcessorBackend } from "../../shared/specification/backends.ts";
import { processor } from "../../worker/devices/processor.ts";
import { createThreadPool } from "../../worker/pool/threadPool.ts";
import { startWorker, type RunningWorker } from "../../worker/worker.ts";
import { Cluster, type RunJson } from "./support/cluster.ts";
import { commandJson, runCommand } from "./support/command.ts";

/** A run of eight shards. */
const RUN = "--width 7 --depth 8 --replicas 524288".split(" ");

describe("a run of any backend", () => {
  it("is computed by whatever workers have, agrees with others, and says who did how much", async () => {
    await using cluster = await Cluster.start(0, 1);
    const alone = await commandJson<RunJson>(["run", ...RUN, "--threads", "1"]);
    const workers = await Promise.all([
      workerWith(cluster, "simd"),
      workerWith(cluster, "reference"),
    ]);
    try {
      const run = await cluster.run([...RUN, "--backend", "any"]);
      assert.equal(run.backend, "any");
      assert.equal(run.shardCount, alone.shardCount);
      const [one, other] = [run.lyapunovExponent?.estimate, alone.lyapunovExponent?.estimate];
      assert.ok(Math.abs((one ?? NaN) - (other ?? NaN)) < 1e-9, `${one} is not ${other}`);
      const { computations } = run;
      assert.ok(computations.every(({ backend }) => ["simd", "reference"].includes(backend)));
      const replicas = computations.map(({ replicaCount }) => Number(replicaCount));
      assert.equal(
        replicas.reduce((sum, count) => sum + count, 0),
        Number(run.replicaCount),
      );
      const shown = ["runs", "show", run.name, "--coordinator", cluster.address];
      const { stdout } = await runCommand(shown);
      assert.match(stdout, /computed by .*(simd|reference)/);
      assert.match(stdout, /equal bits are not promised/);
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
    }
  });
});

async function workerWith(cluster: Cluster, backend: ProcessorBackend): Promise<RunningWorker> {
  const log = pino({ level: "silent" });
  const device = await processor(log, () => createThreadPool(1), [backend]);
  return startWorker({ coordinator: cluster.address, log, devices: [device] });
}
