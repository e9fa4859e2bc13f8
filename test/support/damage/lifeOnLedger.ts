import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";

import { pino } from "pino";

import { Engine } from "../../../coordinator/engine/engine.ts";
import type { Ledger } from "../../../coordinator/ledger/ledger.ts";
import { DEFAULT_SCHEDULER_OPTIONS } from "../../../coordinator/scheduler/options.ts";
import { Simulations } from "../../../coordinator/simulations/simulations.ts";
import type { Run } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { InlineWorker } from "../inlineWorker.ts";
import { SHARD_SIZE, specificationWith } from "../specifications.ts";

/** So small that a run of some tens of shards has folds, and is read back by pages. */
const PAGING = { shardsPerFold: 4, partialsPerPage: 3 };
/** More waits than any run here takes. */
const MANY_WAITS = 20_000;
/** Waits that are turns of the event loop; a database server needs time, and not turns. */
const QUICK_WAITS = 2000;

/** One life of a coordinator on a ledger; what it logs is kept. */
export class LifeOnLedger {
  readonly said: string[] = [];
  readonly engine: Engine;
  readonly simulations: Simulations;
  #ids = 0;

  constructor(ledger: Ledger, life: number) {
    const outside = {
      ledger,
      log: pino({}, { write: (line) => void this.said.push(line) }),
      clock: () => 0,
      wallClock: () => 1_700_000_000_000,
      onFatal: (error: unknown) => {
        throw error;
      },
    };
    // Hardly anything of a run is held in memory, so that partials are read back while it goes on.
    const scheduler = { ...DEFAULT_SCHEDULER_OPTIONS, maximumWaitingPartials: 2 };
    const firstLease = life * 1e6;
    this.engine = new Engine({ ...outside, scheduler, firstLease, paging: PAGING });
    this.simulations = new Simulations({
      ...outside,
      engine: this.engine,
      newId: () => `life${life}n${(this.#ids += 1)}`,
    });
  }

  join(id: string, allowance?: number): InlineWorker {
    return new InlineWorker(this.engine, id, allowance);
  }

  /** Resolves to all runs by their names once none has work left. */
  async ended(): Promise<ReadonlyMap<string, Run>> {
    for (let i = 0; i < MANY_WAITS && this.engine.unfinishedRecords.size > 0; i++) await wait(i);
    if (this.engine.unfinishedRecords.size > 0) {
      throw new Error(`unfinished: ${[...this.engine.unfinishedRecords.keys()].join(", ")}`);
    }
    const { runs } = await this.simulations.runs(1000, "");
    return new Map(runs.map((run) => [run.name ?? "", run]));
  }

  /** Resolves once a worker has answered all that it may. */
  async exhausted(worker: InlineWorker, allowance: number): Promise<void> {
    for (let i = 0; i < MANY_WAITS && worker.propagated.length < allowance; i++) await wait(i);
    await this.engine.flush();
  }
}

async function wait(count: number): Promise<void> {
  await (count < QUICK_WAITS ? turn() : delay(1));
}

/** A specification of so many shards. */
export function shardsOf(seed: number, shards: number) {
  return specificationWith({ seed, stoppingRule: { replicaCount: shards * SHARD_SIZE } });
}

/** What must not change by a bit. */
export function answerOf({ survivors, extinctCount, replicaCount, shardCount, checkpoints }: Run) {
  return { survivors, extinctCount, replicaCount, shardCount, checkpoints };
}
