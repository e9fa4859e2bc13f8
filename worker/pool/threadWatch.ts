/** Nothing that works is quiet for so long, on a machine that swaps either. */
export const DEFAULT_PATIENCE_SECONDS = 600;

/** A thread has not come to work on a shard at all: that is the machine's fault and not the shard's. */
export class ThreadStartError extends Error {
  override readonly name = "ThreadStartError";

  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`a thread cannot begin to work: ${reason}`, { cause });
  }
}

/** What a thread is given, and what is known of how it goes. */
export interface WatchedShard {
  /** One cell, shared with the thread: how often it has shown that it gets on. */
  readonly progress: Int32Array<SharedArrayBuffer>;
  /** Aborted, with an Error as its reason, once the thread should be ended. */
  readonly signal: AbortSignal;
  /** Whether the thread has begun with the shard itself. */
  readonly hasBegun: boolean;
  /** The thread is done, however it went. */
  done(): void;
}

/**
 * Looks so often while a thread may be quiet. Looks are counted, not seconds: a process that was
 * frozen finds its threads a single look older.
 */
const LOOKS = 10;

/**
 * Finds threads that hang: those that show no progress for longer than they may. How long a shard
 * takes does not matter, so that there is no need to guess it.
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

  /** There is no thread, so that whatever has not begun waits in vain. */
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
      `its thread showed no progress for ${patienceSeconds} s and was ended; ` +
        `if that is no fault, start workers with a longer --patience`,
    );
    this.abort(this.hasBegun ? quiet : new ThreadStartError(quiet));
  }
}
