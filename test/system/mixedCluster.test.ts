import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { present } from "../support/present.ts";
import { needingTensorflow } from "../support/tiers/tiers.ts";
import { onSoftwareDevice, SOFTWARE_DRIVER } from "../worker/backends/webgpu/softwareDevice.ts";
import { Cluster, type RunJson } from "./support/cluster.ts";
import { jsonHere, startCommand } from "./support/command.ts";
import { answerOf } from "./support/estimates.ts";
import { processTree } from "./support/processTree.ts";
import type { Started } from "./support/processes.ts";
import { halfDone } from "./support/progress.ts";

interface SweepJson {
  readonly state: string;
  readonly runs: readonly RunJson[];
}

/** Starts a worker whose GPU is played by a processor. */
function addSoftwareGpu(cluster: Cluster): Promise<Started> {
  const flags = ["--coordinator", cluster.address, "--backend", "webgpu", "--allow-software"];
  return cluster.join(
    startCommand(["--log-level", "info", "work", ...flags], {
      env: { VK_ICD_FILENAMES: SOFTWARE_DRIVER, VK_DRIVER_FILES: SOFTWARE_DRIVER },
    }),
  );
}

/** Sweeps two networks over the backends, runs of three shards each. */
async function sweepOver(cluster: Cluster, backends: readonly string[]): Promise<SweepJson> {
  const folder = await mkdtemp(join(tmpdir(), "lyapunov-mixed-"));
  const file = join(folder, "backends.yaml");
  try {
    await writeFile(
      file,
      `name: backends
defaults: { width: 2, depth: 2, negativeSlope: 0.1, sampling: dense, replicas: 196608, seed: 3 }
grids: [{ weights: [gaussian, orthogonal], backend: [${backends.join(", ")}] }]
`,
    );
    return await jsonHere<SweepJson>(["sweep", file, "--coordinator", cluster.address]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Checks each run of a sweep: it has succeeded, it agrees with the exact values, and says who computed
 * all of it. Two thresholds at 4 standard errors a run, up to twenty in a test: one choice of seeds in
 * 800 fails a correct cluster.
 */
function assertSweep({ state, runs }: SweepJson, backends: readonly string[]): void {
  assert.equal(state, "SUCCEEDED");
  assert.equal(runs.length, 2 * backends.length);
  for (const { backend, lyapunovExponent, variance, computations, replicaCount } of runs) {
    assert.ok(Math.abs(present(lyapunovExponent?.z)) < 4, `${backend}: λ`);
    assert.ok(Math.abs(present(variance?.z)) < 4, `${backend}: σ²`);
    const counted = computations.map((one) => Number(one.replicaCount));
    assert.equal(
      counted.reduce((sum, count) => sum + count, 0),
      Number(replicaCount),
    );
    if (backend === "any") continue;
    assert.deepEqual(
      computations.map((one) => one.backend),
      [backend],
    );
  }
}

onSoftwareDevice.describe("a cluster of processors and GPUs", () => {
  it("runs one sweep over its backends, and tells who computed what", async () => {
    await using cluster = await Cluster.start(1, 1);
    await addSoftwareGpu(cluster);
    const backends = ["simd", "webgpu", "any"];
    const sweep = await sweepOver(cluster, backends);
    assertSweep(sweep, backends);
    const gpu = sweep.runs.filter(({ backend }) => backend === "webgpu");
    for (const { computations } of gpu) {
      assert.deepEqual(
        computations.map(({ device, software }) => [device.startsWith("SwiftShader"), software]),
        [[true, true]],
      );
    }
    // The replicas are those of simd: float64 and pairs of float32 differ by less than the digits shown.
    const simd = sweep.runs.filter(({ backend }) => backend === "simd");
    for (const [i, run] of gpu.entries()) {
      const [found, expected] = [run, simd[i]].map((one) => one?.lyapunovExponent?.estimate ?? NaN);
      assert.ok(Math.abs((found ?? NaN) - (expected ?? NaN)) < 1e-9);
    }
  });

  it("loses nothing when the process of a GPU is killed in the middle of a run", async () => {
    const args = "--backend webgpu --width 2 --depth 2 --sampling dense --replicas 262144".split(
      " ",
    );
    await using cluster = await Cluster.start(0, 1);
    const worker = await addSoftwareGpu(cluster);
    const running = cluster.run(args);
    await halfDone(cluster);
    const [, ...children] = await processTree(worker.pid);
    assert.equal(children.length, 1);
    process.kill(present(children[0]), "SIGKILL");
    const disturbed = answerOf(await running);
    await worker.said(/the process of the backend webgpu was lost: [^"]+; another takes its place/);
    assert.equal(answerOf(await cluster.run(args)), disturbed);
  });
});

needingTensorflow().describe("a cluster of processors, GPUs and TensorFlow", () => {
  it("runs one sweep over its backends, and tells who computed what", async () => {
    await using cluster = await Cluster.start(1, 1);
    await Promise.all([
      addSoftwareGpu(cluster),
      cluster.addWorker(1, ["--backend", "tensorflow", "--allow-software"]),
    ]);
    const backends = ["reference", "simd", "webgpu", "tensorflow", "any"];
    assertSweep(await sweepOver(cluster, backends), backends);
  });
});
