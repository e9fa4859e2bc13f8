import { PoolStartError } from "./shardPool.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

/** No thread that works is quiet for so long, even on a machine that swaps. */
export const DEFAULT_PATIENCE_SECONDS = 600;

/** A thread could not begin with a shard at all. */
export class ThreadStartError extends PoolStartError {
  override readonly name = "ThreadStartError";

  constructor(cause: unknown) {
    const reason = reasonOf(cause);
    super(`a thread cannot start to work: ${reason}`, { cause });
  }
}

/** A shard in a thread, and how it gets on. */
export interface WatchedShard {
  /** One cell, shared with the thread, which counts it up as it gets on. */
  readonly progress: Int32Array<SharedArrayBuffer>;
  /** Aborts, with an Error as its reason, once the thread should be ended. */
  readonly signal: AbortSignal;
  /** Whether the thread has begun with the shard itself. */
  readonly hasBegun: boolean;
  /** The thread is done, however it went. */
  done(): void;
}

/**
 * Looks at a thread within the time that it may be quiet. Looks are counted, not seconds: when a
 * frozen process goes on, its threads have aged by a single look.
 */
const LOOKS = 10;

/**
 * Finds threads that hang: those that show no progress for too long. How long a shard takes does not
 * matter, so nobody has to guess it.
 */
export class ThreadWatch {
  readonly #patienceSeconds: number;
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;

  constructor(patienceSeconds: number) {
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

  /** Gives up every shard that has not begun: there is no thread to begin with it. */
  abortWaiting(cause: unknown): void {
    for (const shard of this.#watched) {
      if (!shard.hasBegun) shard.abort(new ThreadStartError(cause));
    }
  }

  #look(): void {
    for (const shard of this.#watched) shard.look(this.#patienceSeconds);
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

  look(patienceSeconds: number): void {
    const progress = Atomics.load(this.progress, 0);
    this.#quietLooks = progress === this.#seen ? this.#quietLooks + 1 : 0;
    this.#seen = progress;
    if (this.#quietLooks < LOOKS) return;
    const quiet = new Error(
      `its thread showed no progress for ${patienceSeconds} s and was replaced; ` +
        `if that is normal for this run, start workers with a longer --patience`,
    );
    this.abort(this.hasBegun ? quiet : new ThreadStartError(quiet));
  }
}
