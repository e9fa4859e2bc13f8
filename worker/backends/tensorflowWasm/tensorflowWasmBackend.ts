import type { Backend } from "../backend.ts";
import { type Batches, trainStacked } from "../tensorflowJs/stackedTrainer.ts";
import { findLibrary, WASM } from "./library.ts";

/** Names the way in which replicas are trained; changed with any of their bits. */
const TRAINER = "trainer/1";

/** A replica's bits were found to be the same in batches of any size, at any place. */
const BATCHES: Batches = { most: 256, areFixed: false };

/**
 * TensorFlow.js on WebAssembly, which only trains. The packages are found at once and loaded when
 * something is to be trained.
 *
 * WebAssembly has no multiply-add that rounds once, so that its bits are the same on all processors:
 * the version says all.
 *
 * @throws Error saying in a sentence how to get the optional packages
 */
export function loadTensorflowWasmBackend(): Backend {
  const library = findLibrary();
  return {
    generator: `tensorflow.js wasm ${library.version} ${TRAINER}`,
    propagate: () => Promise.reject(new Error("backend tensorflow_wasm: it only trains")),
    train: async (task, advanced) => {
      const tf = await library.load();
      // All copies of TensorFlow.js in a process share what is chosen.
      await tf.setBackend(WASM);
      return trainStacked(tf, task, BATCHES, advanced);
    },
  };
}
