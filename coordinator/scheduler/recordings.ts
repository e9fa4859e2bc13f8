import type { RecordedShard } from "../plan/recordedShard.ts";
import type { LeaseHolder } from "./trust/leaseHolder.ts";

interface Recording {
  readonly shard: RecordedShard;
  /** Results to acknowledge once the shard is durable. */
  readonly holders: LeaseHolder[];
}

/** Accepted partials on their way to the ledger, including those of runs that have since ended. */
export class Recordings {
  /** Recordings by run and shard; a run without any has no entry. */
  readonly #recordings = new Map<string, Map<number, Recording>>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The shard's partial on its way to the ledger, if there is one. */
  shard(run: string, shardIndex: number): RecordedShard | undefined {
    return this.#recordings.get(run)?.get(shardIndex)?.shard;
  }

  begin(run: string, shard: RecordedShard, holder: LeaseHolder): void {
    const ofRun = this.#recordings.get(run) ?? new Map<number, Recording>();
    if (!ofRun.has(shard.shardIndex)) this.#count += 1;
    this.#recordings.set(run, ofRun.set(shard.shardIndex, { shard, holders: [holder] }));
  }

  /** Lets a second result wait for the first to be durable; returns false if none is on its way. */
  wait(run: string, shardIndex: number, holder: LeaseHolder): boolean {
    const recording = this.#recordings.get(run)?.get(shardIndex);
    recording?.holders.push(holder);
    return recording !== undefined;
  }

  /** Removes a partial that is durable or was retracted; undefined if it was removed before. */
  finish(run: string, shardIndex: number): Recording | undefined {
    const ofRun = this.#recordings.get(run);
    const recording = ofRun?.get(shardIndex);
    if (ofRun?.delete(shardIndex) === true) this.#count -= 1;
    if (ofRun?.size === 0) this.#recordings.delete(run);
    return recording;
  }
}
