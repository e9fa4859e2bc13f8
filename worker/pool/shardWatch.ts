import { PoolStartError } from "./shardPool.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

/** No thread that works is quiet for so long, even on a machine that swaps. */
export const DEFAULT_PATIENCE_SECONDS = 600;

/** What computes a shard. */
type Computing = "thread" | "process";

/** A thread or a process could not begin with a shard at all. */
export class ShardStartError extends PoolStartError {
  override readonly name = "ShardStartError";

  constructor(what: Computing, cause: unknown) {
    super(`a ${what} cannot start to work: ${reasonOf(cause)}`, { cause });
  }
}

/** A shard that is being computed, and how it gets on. */
export interface WatchedShard {
  /** One cell, which whoever computes the shard counts up as it gets on. */
  readonly progress: Int32Array<SharedArrayBuffer>;
  /** Aborts, with an Error as its reason, once the thread or process should be ended. */
  readonly signal: AbortSignal;
  /** Whether the shard itself has been begun. */
  readonly hasBegun: boolean;
  /** The shard is done, however it went. */
  done(): void;
}

/**
 * Looks at a shard within the time that it may be quiet. Looks are counted, not seconds: when a
 * frozen process goes on, its threads have aged by a single look.
 */
const LOOKS = 10;

/**
 * Finds threads or processes that hang: those that show no progress for too long. How long a shard
 * takes does not matter, so nobody has to guess it.
 */
export class ShardWatch {
  readonly #what: Computing;
  readonly #patienceSeconds: number;
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;

  constructor(what: Computing, patienceSeconds: number) {
    this.#what = what;
    this.#patienceSeconds = patienceSeconds;
  }

  begin(): WatchedShard {
    const watched = new Watched((ended) => {
      this.#watched.delete(ended);
      if (this.#watched.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    });
    this.#watched.add(watched);
    this.#timer ??= setInterval(
      () => {
        this.#look();
      },
      (this.#patienceSeconds * 1000) / LOOKS,
    );
    return watched;
  }

  /** Gives up every shard that has not begun: there is nobody to begin with it. */
  abortWaiting(cause: unknown): void {
    for (const shard of this.#watched) {
      if (!shard.hasBegun) shard.abort(new ShardStartError(this.#what, cause));
    }
  }

  #look(): void {
    for (const shard of this.#watched) {
      if (!shard.isQuiet()) continue;
      const quiet = new Error(
        `its ${this.#what} showed no progress for ${this.#patienceSeconds} s and was replaced; ` +
          `if that is normal for this run, start workers with a longer --patience`,
      );
      shard.abort(shard.hasBegun ? quiet : new ShardStartError(this.#what, quiet));
    }
  }
}

class Watched implements WatchedShard {
  readonly progress = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #controller = new AbortController();
  readonly #onDone: (watched: Watched) => void;
  #seen = 0;
  #quietLooks = 0;

  constructor(onDone: (watched: Watched) => void) {
    this.#onDone = onDone;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get hasBegun(): boolean {
    return Atomics.load(this.progress, 0) !== 0;
  }

  done(): void {
    this.#onDone(this);
  }

  abort(reason: Error): void {
    this.#controller.abort(reason);
  }

  /** Looks once more; true if the shard has shown no progress for as long as it may. */
  isQuiet(): boolean {
    const progress = Atomics.load(this.progress, 0);
    this.#quietLooks = progress === this.#seen ? this.#quietLooks + 1 : 0;
    this.#seen = progress;
    return this.#quietLooks >= LOOKS;
  }
}
