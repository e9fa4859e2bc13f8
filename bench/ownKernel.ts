import { ShardPlan } from "../coordinator/plan/shardPlan.ts";
import type { Backend } from "../worker/backends/backend.ts";
import { networkOf, type OwnCase } from "./cases.ts";
import type { PropagationSpecification } from "../shared/kinds/propagation/specification.ts";
import { PROPAGATION } from "../shared/kinds/propagation/propagation.ts";

/** The default depth of a run. What is propagated here is its shards, or their first layers. */
const DEPTH = 200;
/** Calls in a round: several, so that a round takes about as long as it should. */
const CALLS_PER_ROUND = 4;

export interface OwnMeasurement {
  readonly replicaLayers: number;
  /** Processor time of this process, V8's helping threads included. */
  readonly seconds: number;
  /** Mean growth of the log-norm per layer; null if replicas died. */
  readonly exponent: number | null;
}

/** Times one of our backends on one law and width, with shards of real size and new replicas. */
export class OwnKernel {
  readonly #measured: OwnCase;
  readonly #backend: Backend;
  readonly #replicaCount: number;
  #depth = 1;
  #firstReplica = 0;

  constructor(measured: OwnCase, backend: Backend) {
    this.#measured = measured;
    this.#backend = backend;
    const specification: PropagationSpecification = {
      kind: PROPAGATION,
      network: networkOf(measured, DEPTH),
      seed: 1n,
      sampling: measured.sampling,
      backend: measured.contender,
      checkpointDepths: [DEPTH],
      burnIn: 0,
      stoppingRule: { kind: "replicas", replicaCount: 2 ** 32 },
      level: 0.95,
      displayName: "",
    };
    this.#replicaCount = new ShardPlan(specification).shardSize;
  }

  /** Finds how many layers take long enough; this also lets V8 compile the code. */
  async calibrate(seconds: number): Promise<void> {
    // Isotropic shards are propagated whole: starting one costs much in a wide layer.
    if (this.#measured.sampling === "isotropic") this.#depth = DEPTH;
    while (this.#depth < DEPTH && (await this.#call()).seconds < seconds / CALLS_PER_ROUND) {
      this.#depth = Math.min(DEPTH, 2 * this.#depth);
    }
  }

  async measure(seconds: number): Promise<OwnMeasurement> {
    let spent = 0;
    const growths: number[] = [];
    while (spent < seconds) {
      const call = await this.#call();
      spent += call.seconds;
      growths.push(call.growth);
    }
    const exponent = growths.reduce((sum, growth) => sum + growth, 0) / growths.length;
    return {
      replicaLayers: growths.length * this.#replicaCount * this.#depth,
      seconds: spent,
      exponent: Number.isFinite(exponent) ? exponent : null,
    };
  }

  /** Propagates once; returns the mean growth per layer and the processor time. */
  async #call(): Promise<{ readonly growth: number; readonly seconds: number }> {
    const replicaCount = this.#replicaCount;
    const before = process.cpuUsage();
    const { values } = await this.#backend.propagate({
      network: networkOf(this.#measured, this.#depth),
      sampling: this.#measured.sampling,
      seed: 1n,
      depths: [this.#depth],
      firstReplica: this.#firstReplica,
      replicaCount,
    });
    const { user, system } = process.cpuUsage(before);
    this.#firstReplica = (this.#firstReplica + replicaCount) % 2 ** 31;
    const sum = values.reduce((total, growth) => total + growth, 0);
    return { growth: sum / replicaCount / this.#depth, seconds: (user + system) * 1e-6 };
  }
}
