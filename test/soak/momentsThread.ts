import { parentPort } from "node:worker_threads";

import { sumReplicas } from "../../shared/statistics/replicaSums.ts";
import { observables } from "../support/observables.ts";

const REPLICAS = 65_536;
const DEPTHS = [1, 2, 4];
/** Within these calls the loops are compiled, once and again. */
const CALLS = 7;

/** Different at each depth, and no two the same. */
const values = Float64Array.from(
  { length: DEPTHS.length * REPLICAS },
  (_, i) => -(1 + Math.floor(i / REPLICAS)) * (1 + (((i * 7919) % REPLICAS) + 0.5) / REPLICAS),
);
const seen = Array.from({ length: CALLS }, () =>
  sumReplicas(observables("growth"), DEPTHS, [0.1, 0.1, 0.1], REPLICAS, values),
);
const moments = seen.map(({ checkpoints }) => checkpoints.map((checkpoint) => checkpoint.moments));
parentPort?.postMessage(moments, []);
