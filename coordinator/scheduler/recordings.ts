import type { RecordedShard } from "./messages.ts";

/** A result that a worker keeps until it is acknowledged. */
export interface LeaseHolder {
  readonly worker: string;
  readonly lease: number;
}

interface Recording {
  readonly shard: RecordedShard;
  /** To acknowledge once the shard is durable. */
  readonly holders: LeaseHolder[];
}

/** Accepted partials on their way to the ledger, also of runs that have ended meanwhile. */
export class Recordings {
  readonly #recordings = new Map<string, Recording>();

  get count(): number {
    return this.#recordings.size;
  }

  /** Of the partial on its way, if there is one. */
  digest(run: string, shardIndex: number): string | undefined {
    return this.#recordings.get(keyOf(run, shardIndex))?.shard.digest;
  }

  begin(run: string, shard: RecordedShard, holder: LeaseHolder): void {
    this.#recordings.set(keyOf(run, shard.shardIndex), { shard, holders: [holder] });
  }

  /** Has a second result wait for the first to be durable; false if there is nothing to wait for. */
  wait(run: string, shardIndex: number, holder: LeaseHolder): boolean {
    const recording = this.#recordings.get(keyOf(run, shardIndex));
    recording?.holders.push(holder);
    return recording !== undefined;
  }

  /** The partial is durable, or taken back before that; undefined if it was said before. */
  finish(run: string, shardIndex: number): Recording | undefined {
    const key = keyOf(run, shardIndex);
    const recording = this.#recordings.get(key);
    this.#recordings.delete(key);
    return recording;
  }
}

function keyOf(run: string, shardIndex: number): string {
  return `${run}/${shardIndex}`;
}
