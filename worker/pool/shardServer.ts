import { performance } from "node:perf_hooks";

import type { BackendName } from "../../shared/specification/backends.ts";
import { reasonOf } from "../../shared/wire/reason.ts";
import { DeviceLostError, type Backend, type DeviceChoice } from "../backends/backend.ts";
import { computersWith } from "./computers.ts";
import { computeTask } from "./computeTask.ts";
import type { FromProcess, ToProcess } from "./processMessages.ts";
import type { ShardComputers } from "./shardComputer.ts";

/** How often the pool hears at most that a shard gets on. */
const ADVANCE_MILLISECONDS = 200;

/** Signals that reach all processes of a terminal or a service: the worker decides what they mean. */
const WORKERS_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Ends the propagation of a shard that nobody wants. */
class Dropped extends Error {}

/** What a process can offer. */
export interface BackendSource {
  /** Loads a backend, or says in one sentence why it cannot be had here. */
  load(name: BackendName, choice: DeviceChoice): Promise<Backend>;
  /** Names of the adapters that the backend can be loaded with; none if it has no choice. */
  list(name: BackendName): Promise<readonly string[]>;
}

/**
 * Computes shards in a process of its own, which was forked by a process pool, until the pool says
 * that it should close. If the pool's process dies, this one ends at once.
 */
export function serveShards(source: BackendSource): void {
  for (const signal of WORKERS_SIGNALS) process.on(signal, () => undefined);
  const server = new ShardServer(source, process.ppid);
  process.on("disconnect", endAtOnce);
  process.on("message", (message: ToProcess) => {
    void server.receive(message);
  });
}

class ShardServer {
  readonly #source: BackendSource;
  readonly #parent: number;
  readonly #inWork = new Map<number, Promise<void>>();
  readonly #dropped = new Set<number>();
  #loading: Promise<void> | undefined;
  #backend: Backend | undefined;
  #computers: ShardComputers = new Map();
  #isClosing = false;

  constructor(source: BackendSource, parent: number) {
    this.#source = source;
    this.#parent = parent;
  }

  async receive(message: ToProcess): Promise<void> {
    switch (message.kind) {
      case "list":
        this.#loading = this.#list(message.backend);
        break;
      case "load":
        this.#loading = this.#loadBackend(message.backend, message.choice);
        break;
      case "compute": {
        const work = this.#compute(message.shard, message.task);
        this.#inWork.set(message.shard, work);
        await work;
        this.#inWork.delete(message.shard);
        this.#dropped.delete(message.shard);
        break;
      }
      case "drop":
        if (this.#inWork.has(message.shard)) this.#dropped.add(message.shard);
        break;
      case "close":
        this.#isClosing = true;
        await Promise.all([this.#loading, ...this.#inWork.values()]);
        await this.#backend?.close?.();
        process.exit();
    }
  }

  async #list(name: BackendName): Promise<void> {
    try {
      say({ kind: "listed", adapters: await this.#source.list(name) });
    } catch (error) {
      say({ kind: "unloadable", reason: reasonOf(error) });
    }
  }

  /** Loads the backend and tells what it is; never rejects. */
  async #loadBackend(name: BackendName, choice: DeviceChoice): Promise<void> {
    try {
      const backend = await this.#source.load(name, choice);
      const { generator, slotCount = 1, device } = backend;
      this.#backend = backend;
      this.#computers = computersWith(async (asked) => {
        if (asked === name) return backend;
        throw new Error(`this device computes with ${name}, and not with ${asked}`);
      });
      say({
        kind: "loaded",
        backend: { generator, slotCount, ...(device !== undefined && { device }) },
      });
    } catch (error) {
      say({ kind: "unloadable", reason: reasonOf(error) });
    }
  }

  /** Computes a shard and tells what came of it; never rejects. */
  async #compute(
    shard: number,
    task: Extract<ToProcess, { kind: "compute" }>["task"],
  ): Promise<void> {
    let saidAt = performance.now();
    const advanced = () => {
      if (this.#isClosing || this.#dropped.has(shard)) throw new Dropped();
      const at = performance.now();
      if (at - saidAt < ADVANCE_MILLISECONDS) return;
      saidAt = at;
      // A backend that computes without pause hears of nothing that happens.
      if (process.ppid !== this.#parent) endAtOnce();
      say({ kind: "advanced", shard });
    };
    try {
      const computed = await computeTask(this.#computers, task, advanced);
      if (this.#backend?.isSpent === true) say({ kind: "spent" });
      say({ kind: "computed", shard, computed });
    } catch (error) {
      if (error instanceof Dropped) say({ kind: "dropped", shard });
      else if (error instanceof DeviceLostError) say({ kind: "lost", reason: reasonOf(error) });
      else say({ kind: "failed", shard, error: reasonOf(error) });
    }
  }
}

function say(message: FromProcess): void {
  // Once the pool's process is gone, nobody listens.
  process.send?.(message, undefined, undefined, () => undefined);
}

/** Ends this process without asking a driver, which might take its time. */
function endAtOnce(): void {
  process.kill(process.pid, "SIGKILL");
}
