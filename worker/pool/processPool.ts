import { setTimeout as delay } from "node:timers/promises";

import type { ShardTask__Output } from "../../shared/wire/generated/lyapunov/v1/ShardTask.ts";
import { reasonOf } from "../../shared/wire/reason.ts";
import { DeviceLostError } from "../backends/backend.ts";
import type { ComputedShard } from "./computedShard.ts";
import { StartingProcess, type LoadedProcess, type ProcessOptions } from "./loadedProcess.ts";
import { LossBook, MAXIMUM_LOSSES } from "./lossBook.ts";
import type { FromProcess, LoadedBackend } from "./processMessages.ts";
import { PoolStartError, type ShardPool } from "./shardPool.ts";
import type { ShardProcess } from "./shardProcess.ts";
import { DEFAULT_PATIENCE_SECONDS, ShardWatch, type WatchedShard } from "./shardWatch.ts";

/** A pool whose shards are computed in a process, with the backend that this process has loaded. */
export interface ProcessPool extends ShardPool {
  readonly backend: LoadedBackend;
  readonly lossCount: number;
  readonly restartCount: number;
  /** The process; undefined while there is none. */
  readonly processId: number | undefined;
}

/** Time that a process has for its present calls when the pool is closed, before it is killed. */
const CLOSE_SECONDS = 5;
/** Time before the first new process after a loss; it doubles with each loss in a row. */
const RESTART_SECONDS = 0.25;

/**
 * Starts a process that loads the backend, and returns a pool of its slots.
 *
 * @throws Error saying in a sentence why the backend does not load
 */
export async function startProcessPool(options: ProcessOptions): Promise<ProcessPool> {
  return new Pool(options, await new StartingProcess(options).loaded);
}

/** A shard from its call to its end. */
interface Entry {
  readonly id: number;
  readonly task: ShardTask__Output;
  /** Tells the shard apart from all others. */
  readonly key: string;
  readonly settled: PromiseWithResolvers<ComputedShard>;
  /** Undefined while the shard waits for a slot. */
  watched?: WatchedShard;
}

class Pool implements ProcessPool {
  readonly backend: LoadedBackend;
  lossCount = 0;
  restartCount = 0;
  readonly #options: ProcessOptions;
  readonly #watch: ShardWatch;
  readonly #losses = new LossBook();
  readonly #waiting: Entry[] = [];
  /** Shards in the process, by their numbers, those that nobody wants any more included. */
  readonly #running = new Map<number, Entry>();
  #process: ShardProcess | undefined;
  /** Whether the process should get no more shards, and be replaced. */
  #isSpent = false;
  #starting: StartingProcess | undefined;
  #restart: Promise<void> | undefined;
  /** The process that was there before, which may still hold the device. */
  #leaving: Promise<void> | undefined;
  readonly #closed = new AbortController();
  /** Why there will be no process any more. */
  #end: Error | undefined;
  #nextId = 0;

  constructor(options: ProcessOptions, first: LoadedProcess) {
    this.#options = options;
    this.#watch = new ShardWatch("process", options.patienceSeconds ?? DEFAULT_PATIENCE_SECONDS);
    this.backend = first.backend;
    this.#take(first);
  }

  get slotCount(): number {
    return this.backend.slotCount;
  }

  get processId(): number | undefined {
    return this.#process?.pid;
  }

  async compute(task: ShardTask__Output, signal?: AbortSignal): Promise<ComputedShard> {
    if (this.#end !== undefined) throw this.#end;
    signal?.throwIfAborted();
    const settled = Promise.withResolvers<ComputedShard>();
    const entry: Entry = { id: this.#nextId++, task, key: JSON.stringify(task), settled };
    const drop = () => {
      this.#drop(entry, signal?.reason);
    };
    signal?.addEventListener("abort", drop);
    this.#waiting.push(entry);
    this.#startMore();
    try {
      return await settled.promise;
    } finally {
      signal?.removeEventListener("abort", drop);
    }
  }

  async close(): Promise<void> {
    this.#end ??= new Error("the pool was closed");
    const child = this.#process;
    this.#process = undefined;
    this.#rejectAll(this.#end);
    this.#closed.abort();
    await Promise.all([
      child?.close(CLOSE_SECONDS),
      this.#starting?.process.close(CLOSE_SECONDS),
      this.#leaving,
    ]);
    await this.#restart;
  }

  /** Gives waiting shards to the process: those under suspicion alone, the others as slots allow. */
  #startMore(): void {
    if (this.#end !== undefined || this.#waiting.length === 0) return;
    if (this.#isSpent) {
      if (this.#running.size > 0) return;
      this.#leaving = this.#process?.close(CLOSE_SECONDS);
      this.#process = undefined;
      this.#isSpent = false;
    }
    if (this.#process === undefined) {
      this.#restart ??= this.#startAgain().finally(() => {
        this.#restart = undefined;
        this.#startMore();
      });
      return;
    }
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      const isAlone = [next, ...this.#running.values()].some(({ key }) =>
        this.#losses.isSuspect(key),
      );
      if (this.#running.size >= (isAlone ? 1 : this.slotCount)) return;
      this.#waiting.shift();
      this.#start(this.#process, next);
    }
  }

  #start(child: ShardProcess, entry: Entry): void {
    const watched = this.#watch.begin();
    // The backend is loaded; whatever fails from here on is put down to the shard.
    Atomics.add(watched.progress, 0, 1);
    watched.signal.addEventListener("abort", () => {
      this.#lost(child, watched.signal.reason as Error, true);
    });
    entry.watched = watched;
    this.#running.set(entry.id, entry);
    child.send({ kind: "compute", shard: entry.id, task: entry.task });
  }

  /** Nobody wants the shard any more; the process is told, and left to finish its present call. */
  #drop(entry: Entry, reason: unknown): void {
    entry.settled.reject(reason);
    const place = this.#waiting.indexOf(entry);
    if (place !== -1) this.#waiting.splice(place, 1);
    else if (this.#running.has(entry.id)) this.#process?.send({ kind: "drop", shard: entry.id });
    this.#startMore();
  }

  #receive(message: FromProcess): void {
    if (message.kind === "spent") this.#isSpent = true;
    if (message.kind === "lost") {
      if (this.#process !== undefined) {
        this.#lost(this.#process, new Error(message.reason), false);
      }
      return;
    }
    if (!("shard" in message)) return;
    const entry = this.#running.get(message.shard);
    if (entry === undefined) return;
    if (message.kind === "advanced") {
      if (entry.watched !== undefined) Atomics.add(entry.watched.progress, 0, 1);
      return;
    }
    entry.watched?.done();
    this.#running.delete(entry.id);
    if (message.kind === "computed") {
      this.#losses.computed(entry.key);
      entry.settled.resolve(message.computed);
    } else if (message.kind === "failed") entry.settled.reject(new Error(message.error));
    this.#startMore();
  }

  /** The process is of no use any more: it died, lost its device, or hung. */
  #lost(child: ShardProcess, cause: Error, hung: boolean): void {
    if (child !== this.#process) return;
    this.#process = undefined;
    this.#isSpent = false;
    this.lossCount += 1;
    // A process that hangs would not hear that it should end.
    this.#leaving = child.close(hung ? 0 : CLOSE_SECONDS);
    const lost = [...this.#running.values()];
    const reason = reasonOf(cause);
    const blamed = this.#losses.lost(
      lost.map(({ key }) => key),
      hung,
    );
    if (this.#losses.isGivenUp) {
      this.#giveUp(again(reason));
      return;
    }
    this.#options.log.warn(
      `the process of the backend ${this.#options.backend} was lost: ${reason}; another takes its place`,
    );
    for (const entry of lost) {
      this.#running.delete(entry.id);
      entry.watched?.done();
      entry.settled.reject(entry.key === blamed ? blame(cause, hung) : new DeviceLostError(reason));
    }
    this.#startMore();
  }

  /** Starts another process, after a loss not at once; gives the device up if that fails too often. */
  async #startAgain(): Promise<void> {
    while (this.#end === undefined) {
      const losses = this.#losses.lossesInARow;
      const wait = losses === 0 ? 0 : RESTART_SECONDS * 2 ** (losses - 1);
      const { signal } = this.#closed;
      await Promise.all([
        this.#leaving,
        delay(wait * 1000, undefined, { signal }).catch(() => undefined),
      ]);
      if (signal.aborted) return;
      try {
        this.#starting = new StartingProcess(this.#options);
        this.#take(await this.#starting.loaded);
        this.restartCount += 1;
        return;
      } catch (error) {
        this.lossCount += 1;
        this.#losses.lost([], false);
        if (this.#losses.isGivenUp) this.#giveUp(again(reasonOf(error)));
      } finally {
        this.#starting = undefined;
      }
    }
  }

  #take(taken: LoadedProcess): void {
    const { process: child, backend } = taken;
    const { generator } = this.backend;
    if (this.#end !== undefined || backend.generator !== generator) {
      void child.close(CLOSE_SECONDS);
      if (this.#end !== undefined) return;
      // Its partials would not be those that the worker has promised.
      this.#giveUp(
        `its bits are those of '${backend.generator}' now, and no more of '${generator}'`,
      );
      return;
    }
    this.#process = child;
    taken.listen({
      message: (message) => {
        if (child === this.#process) this.#receive(message);
      },
      ended: (how) => {
        this.#lost(child, new Error(`its process is gone: ${how}`), false);
      },
    });
  }

  #giveUp(reason: string): void {
    this.#end = new PoolStartError(reason);
    this.#rejectAll(this.#end);
  }

  #rejectAll(reason: Error): void {
    for (const entry of [...this.#running.values(), ...this.#waiting]) {
      entry.watched?.done();
      entry.settled.reject(reason);
    }
    this.#running.clear();
    this.#waiting.length = 0;
  }
}

function again(reason: string): string {
  return `its process was lost ${MAXIMUM_LOSSES} times in a row; the last time: ${reason}`;
}

/** Says why a shard failed that lost the process twice, or hung alone. */
function blame(cause: Error, hung: boolean): Error {
  if (hung) return cause;
  return new Error(`it lost its device twice, the second time alone: ${reasonOf(cause)}`, {
    cause,
  });
}
