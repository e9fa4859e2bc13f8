import { parentPort } from "node:worker_threads";

import { sumReplicas } from "../../shared/statistics/replicaSums.ts";
import { observables } from "../support/observables.ts";

const REPLICAS = 65_536;
const DEPTHS = [1, 2, 4];
/** Number of calls, during which V8 compiles the loops more than once. */
const CALLS = 7;

/** Values that differ at each depth, no two alike. */
const values = Float64Array.from(
  { length: DEPTHS.length * REPLICAS },
  (_, i) => -(1 + Math.floor(i / REPLICAS)) * (1 + (((i * 7919) % REPLICAS) + 0.5) / REPLICAS),
);
const seen = Array.from({ length: CALLS }, () =>
  sumReplicas(observables("growth"), DEPTHS, [0.1, 0.1, 0.1], REPLICAS, values),
);
const moments = seen.map(({ checkpoints }) => checkpoints.map((checkpoint) => checkpoint.moments));
parentPort?.postMessage(moments, []);
