import assert from "node:assert/strict";

import { loadLibrary } from "../../../../worker/backends/tensorflow/library.ts";
import { needingTensorflow } from "../../../support/tiers/tiers.ts";
import { itTrains } from "../tensorflowJs/trainerContract.ts";
import { curves, trainingTask } from "../tensorflowJs/trainings.ts";
import { loadedBackend } from "./loaded.ts";

needingTensorflow().describe("training by TensorFlow", () => {
  itTrains(loadedBackend);

  it("leaves nothing in memory", async () => {
    const { binding, tf } = loadLibrary();
    const backend = await loadedBackend();
    await curves(backend, trainingTask());
    const before = [tf.memory().numTensors, binding.getNumOfTensors()];
    await curves(backend, trainingTask({ replicaCount: 300 }));
    assert.deepEqual([tf.memory().numTensors, binding.getNumOfTensors()], before);
  });
});
