import { loadBackend } from "../backends/registry.ts";
import { loadedOnce, type BackendLoader } from "./backendLoader.ts";
import { propagationComputer } from "./propagationComputer.ts";
import { samplingComputer } from "./samplingComputer.ts";
import type { ShardComputers } from "./shardComputer.ts";
import { trainingComputer } from "./trainingComputer.ts";

/** What a worker can compute with these backends. A coordinator that names no kind means propagation. */
export function computersWith(loader: BackendLoader): ShardComputers {
  const load = loadedOnce(loader);
  const propagation = propagationComputer(load);
  return new Map([
    ["RUN_KIND_UNSPECIFIED", propagation],
    ["RUN_KIND_PROPAGATION", propagation],
    ["RUN_KIND_TRAINING", trainingComputer(load)],
    ["RUN_KIND_SAMPLING_INITIALIZATION", samplingComputer(load)],
  ]);
}

/** What the threads of a worker can compute. */
export const COMPUTERS = computersWith(loadBackend);
