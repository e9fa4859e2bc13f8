import type { WeightLaw } from "../../network/weights.ts";
import { propagationOf, type Propagation } from "../../shard/propagation.ts";
import { WEIGHT_COSTS } from "../propagation/costs.ts";
import type { SamplingSpecification } from "./specification.ts";

/** Cost of a product of a weight and a unit beside that of drawing a Gaussian weight. */
const PRODUCT = 0.3;
/** Cost of ending a layer for a unit of a probe input, and for the input as a whole. */
const UNIT = 2;
const LAYER = 100;
/** The laws whose entries `simd` draws only once for all probe inputs. */
const DRAWN_ONCE: readonly WeightLaw[] = ["gaussian", "uniform", "sparse_gaussian"];
/** How many times as long `reference` takes. */
const REFERENCE = 40;

/** Work that takes a thread about half a second. */
const SHARD_WORK = 4e8;
/** `simd` draws candidates in groups of four. */
const MINIMUM_SHARD_SIZE = 4;
const MAXIMUM_SHARD_SIZE = 65_536;

/** Candidates of a shard: a power of two that takes the run's backend about half a second. */
export function samplingShardSize(specification: SamplingSpecification): number {
  const power = 2 ** Math.floor(Math.log2(SHARD_WORK / samplingWork(specification)));
  return Math.min(MAXIMUM_SHARD_SIZE, Math.max(MINIMUM_SHARD_SIZE, power));
}

/** Cost of comparing one candidate on the run's backend, in the unit of propagation's costs. */
export function samplingWork({ network, probeCount, backend }: SamplingSpecification): number {
  const { width, depth, weights } = network;
  const drawings = DRAWN_ONCE.includes(weights) ? 1 : probeCount;
  const drawn = drawings * WEIGHT_COSTS[weights] * width * width;
  const shown = probeCount * (PRODUCT * width * width + UNIT * width + LAYER);
  return depth * (drawn + shown) * (backend === "reference" ? REFERENCE : 1);
}

/** The work in a number of candidates, for metrics: each probe input counts as a replica. */
export function sampledWork(
  {
    network,
    probeCount,
    backend,
  }: Pick<SamplingSpecification, "network" | "probeCount" | "backend">,
  replicaCount: number,
): Propagation {
  return propagationOf(network, backend, replicaCount * probeCount);
}
