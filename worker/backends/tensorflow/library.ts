import { createRequire } from "node:module";
import { join } from "node:path";
import util from "node:util";

import { packageRoot } from "../../../shared/wire/packageRoot.ts";
import { reasonOf } from "../../../shared/wire/reason.ts";
import type { TensorFlowJs } from "../tensorflowJs/tensors.ts";
import type { Binding } from "./binding.ts";

/** The npm package that TensorFlow's Node binding is in. */
export const TENSORFLOW_PACKAGE = "@tensorflow/tfjs-node-gpu";

/** The name of TensorFlow among the backends of TensorFlow.js. */
export const TENSORFLOW = "tensorflow";

/** The folder that `npm run setup:tensorflow` fills. */
export function setUpFolder(): string {
  return join(packageRoot(), "tensorflow");
}

/** TensorFlow, loaded into this process. */
export interface Library {
  readonly binding: Binding;
  /** False if TensorFlow has found no GPU that it can use. */
  readonly isUsingGpuDevice: boolean;
  /** TensorFlow.js, whose operators are TensorFlow's. */
  readonly tf: TensorFlowJs;
}

/**
 * Makes TensorFlow the same from run to run, and quiet; it reads its environment when it is loaded.
 * What was set by a person stays, unless it decides bits.
 */
const BITS = {
  // Products and sums in the order of TensorFlow's own kernels, whatever the processor.
  TF_ENABLE_ONEDNN_OPTS: "0",
  TF_DETERMINISTIC_OPS: "1",
  // Tensor cores would round float32 numbers to 10 bits.
  NVIDIA_TF32_OVERRIDE: "0",
} as const;
const MANNERS = {
  TF_CPP_MIN_LOG_LEVEL: "2",
  // As nvidia-smi numbers cards.
  CUDA_DEVICE_ORDER: "PCI_BUS_ID",
  // Other processes may need memory of the card, too.
  TF_FORCE_GPU_ALLOW_GROWTH: "true",
} as const;

/**
 * Loads TensorFlow: the peer of this package if there is one, else what `npm run setup:tensorflow`
 * has put in place.
 *
 * @param places files from which it is looked for, as if they imported it
 * @throws Error saying in a sentence why not
 */
export function loadLibrary(
  places: readonly string[] = [import.meta.filename, join(setUpFolder(), "package.json")],
): Library {
  Object.assign(process.env, { ...MANNERS, ...process.env }, BITS);
  // The package is older than Node 23, which has these no more.
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === undefined || value === null,
    isArray: Array.isArray,
  });
  const found = places
    .map((place) => createRequire(place))
    .filter((require) => canResolve(require));
  const reasons: string[] = [];
  for (const require of found) {
    try {
      const tf = require(TENSORFLOW_PACKAGE) as TensorFlowJs;
      const backend = tf.findBackend(TENSORFLOW) as unknown as Omit<Library, "tf">;
      const { binding, isUsingGpuDevice } = backend;
      return { binding, isUsingGpuDevice, tf };
    } catch (error) {
      reasons.push(reasonOf(error).split("\n", 1)[0]?.trim() ?? "");
    }
  }
  const setUp = `run 'npm run setup:tensorflow' in ${packageRoot()}`;
  throw new Error(
    reasons.length === 0
      ? `backend tensorflow: ${TENSORFLOW_PACKAGE} is not set up; ${setUp}`
      : `backend tensorflow: ${TENSORFLOW_PACKAGE} cannot be loaded (${reasons.join("; ")}); ${setUp}`,
  );
}

function canResolve(require: NodeJS.Require): boolean {
  try {
    require.resolve(TENSORFLOW_PACKAGE);
    return true;
  } catch {
    return false;
  }
}
