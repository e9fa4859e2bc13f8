import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { findLibrary } from "../../../../worker/backends/tensorflowWasm/library.ts";
import { loadTensorflowWasmBackend } from "../../../../worker/backends/tensorflowWasm/tensorflowWasmBackend.ts";
import { itTrains } from "../tensorflowJs/trainerContract.ts";
import { curves, trainingTask } from "../tensorflowJs/trainings.ts";

describe("the backend tensorflow_wasm", () => {
  itTrains(async () => loadTensorflowWasmBackend());

  it("leaves nothing in memory, also where it is interrupted", async () => {
    const tf = await findLibrary().load();
    const backend = loadTensorflowWasmBackend();
    const before = tf.memory().numTensors;
    await curves(backend, trainingTask({ replicaCount: 300 }));
    await assert.rejects(async () => {
      await backend.train?.(trainingTask(), () => {
        throw new Error("nobody wants it");
      });
    });
    assert.equal(tf.memory().numTensors, before);
  });

  it("is named by its version", () => {
    assert.match(
      loadTensorflowWasmBackend().generator,
      /^tensorflow\.js wasm \d+\.\d+\.\d+ trainer\/\d+$/,
    );
  });

  it("does not propagate, and says so", async () => {
    const { network, seed, firstReplica, replicaCount } = trainingTask();
    const task = { network, seed, firstReplica, replicaCount, sampling: "dense", depths: [1] };
    await assert.rejects(loadTensorflowWasmBackend().propagate({ ...task, sampling: "dense" }), {
      message: "backend tensorflow_wasm: it only trains",
    });
  });

  it("says what to install where its packages are absent", () => {
    const folder = mkdtempSync(join(tmpdir(), "lyapunov-tests-"));
    try {
      assert.throws(() => findLibrary(join(folder, "package.json")), {
        message:
          "backend tensorflow_wasm: the optional package @tensorflow/tfjs-core is not installed; " +
          "run 'npm install @tensorflow/tfjs-core@4 @tensorflow/tfjs-backend-wasm@4' " +
          "where lyapunov-cluster is installed",
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
