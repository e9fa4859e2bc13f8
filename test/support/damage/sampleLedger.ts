import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Ledger } from "../../../coordinator/ledger/ledger.ts";
import { openSqliteLedger } from "../../../coordinator/ledger/sqliteLedger.ts";
import { answerOf, LifeOnLedger, shardsOf } from "./lifeOnLedger.ts";

/** Shards to which the run that has ended is extended. */
const EXTENDED_SHARDS = 22;
/** Shards that are done when the first coordinator ends. */
const DONE_SHARDS = 40;
/** Shards that another worker does before a run is cancelled. */
const FEW_SHARDS = 6;

export type Answer = ReturnType<typeof answerOf>;

/** How a damaged ledger went on. */
export interface Aftermath {
  /** All runs that have answered, and what they have. */
  readonly answers: ReadonlyMap<string, Answer>;
  /** All runs that have failed, and why. */
  readonly failures: ReadonlyMap<string, string>;
  /** What the coordinator has logged. */
  readonly said: readonly string[];
}

/**
 * A real ledger with rows of all sorts: runs that have ended, are under way, wait and were
 * cancelled; a sweep, partials, folds and request ids.
 */
export class SampleLedger {
  readonly folder = mkdtempSync(join(tmpdir(), "lyapunov-damage-"));
  /** The run that has ended. */
  ended = "";
  sweep = "";
  #bytes: Buffer = Buffer.alloc(0);
  #copies = 0;

  static async create(): Promise<SampleLedger> {
    const sample = new SampleLedger();
    const path = join(sample.folder, "sample.sqlite");
    const ledger = await openSqliteLedger(path);
    await sample.fill(ledger);
    await ledger.close();
    sample.#bytes = readFileSync(path);
    return sample;
  }

  /** Fills an empty ledger as a coordinator does in its life. */
  async fill(ledger: Ledger): Promise<void> {
    const life = new LifeOnLedger(ledger, 1);
    const { simulations } = life;
    const first = life.join("first");
    const { name } = await simulations.createRun(shardsOf(1, 11), request("ended"));
    this.ended = name ?? "";
    await life.ended();
    first.leave();
    await simulations.createRun(shardsOf(2, 40), request("under way"));
    const sweep = await simulations.createSweep(
      "a sweep",
      [shardsOf(3, 8), shardsOf(4, 30)],
      request("sweep"),
    );
    this.sweep = sweep.name ?? "";
    const second = life.join("second", DONE_SHARDS);
    await life.exhausted(second, DONE_SHARDS);
    second.leave();
    const cancelled = await simulations.createRun(shardsOf(5, 9), request("cancelled"));
    await life.exhausted(life.join("third", FEW_SHARDS), FEW_SHARDS);
    await simulations.cancelRun(cancelled.name ?? "");
    await simulations.createRun(shardsOf(6, 3), request("waits"));
    await life.engine.flush();
  }

  /** Writes a copy of the ledger's file to damage, and returns its path. */
  copy(change: (bytes: Buffer) => Buffer = (bytes) => bytes): string {
    const path = join(this.folder, `${(this.#copies += 1)}.sqlite`);
    writeFileSync(path, change(Buffer.from(this.#bytes)));
    return path;
  }

  /** Goes on with a ledger to the end of all runs, and extends the one that had ended. */
  async goOn(ledger: Ledger): Promise<Aftermath> {
    const life = new LifeOnLedger(ledger, 2);
    await life.engine.start();
    life.join("next");
    await life.ended();
    const longer = shardsOf(1, EXTENDED_SHARDS).stoppingRule;
    if (longer.kind !== "replicas") throw new Error("the sample is one of fixed replicas");
    const { replicaCount } = longer;
    await life.simulations.extendRun(this.ended, { replicaCount }, "").catch((error: Error) => {
      life.said.push(error.message);
    });
    const runs = [...(await life.ended())];
    // Whoever lists sweeps must not meet an error, whatever is damaged.
    const { sweeps } = await life.simulations.sweeps(100, "");
    for (const { name = "" } of sweeps) await life.simulations.sweep(name);
    const done = runs.filter(([, { state }]) => state === "RUN_STATE_SUCCEEDED");
    const failed = runs.filter(([, { state }]) => state === "RUN_STATE_FAILED");
    return {
      answers: new Map(done.map(([name, run]) => [name, answerOf(run)])),
      failures: new Map(failed.map(([name, { error = "" }]) => [name, error])),
      said: life.said,
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}

function request(requestId: string) {
  return { requestId, validateOnly: false };
}
