import { hasEnded, type RunState } from "../../shared/wire/runStates.ts";
import type { Simulations } from "../simulations/simulations.ts";
import type { Engine } from "../engine/engine.ts";
import { EndedRuns } from "./endedRuns.ts";

/** How far a run is: what the heading of a sweep adds up. */
export interface RunTally {
  readonly state: RunState;
  readonly completedShardCount: number;
  readonly plannedShardCount: number;
  readonly completedReplicaCount: number;
  readonly replicasPerSecond: number;
}

const MAXIMUM_KEPT = 65_536;

/** Tallies of runs, without their estimates: a page of sweeps is about tens of thousands of runs. */
export class Tallies {
  readonly #coordinator: Simulations;
  readonly #engine: Engine;
  /** Seconds, the engine's. */
  readonly #clock: () => number;
  readonly #ended: EndedRuns<RunTally>;

  constructor(coordinator: Simulations, engine: Engine, clock: () => number) {
    this.#coordinator = coordinator;
    this.#engine = engine;
    this.#clock = clock;
    this.#ended = new EndedRuns(engine, MAXIMUM_KEPT);
  }

  /** @throws ApiError NOT_FOUND */
  async of(run: string): Promise<RunTally> {
    return this.#ended.get(run) ?? this.#active(run) ?? (await this.#read(run));
  }

  #active(run: string): RunTally | undefined {
    const record = this.#engine.unfinishedRecords.get(run);
    const active = this.#engine.activeRun(run);
    if (record === undefined || active === undefined) return undefined;
    const { progress, rate } = active;
    return {
      state: record.state,
      completedShardCount: progress.recordedShards,
      plannedShardCount: progress.horizon,
      completedReplicaCount: progress.recordedReplicas,
      replicasPerSecond: rate.perSecond(this.#clock()),
    };
  }

  async #read(run: string): Promise<RunTally> {
    const { state, outcome } = await this.#coordinator.runRecord(run);
    const shards = outcome?.shardCount ?? 0;
    const counts = {
      state,
      completedShardCount: shards,
      plannedShardCount: shards,
      completedReplicaCount: outcome?.sums.replicaCount ?? 0,
      replicasPerSecond: 0,
    };
    if (hasEnded(state)) this.#ended.keep(run, counts);
    return counts;
  }
}
