import { extname } from "node:path";
import { fileURLToPath } from "node:url";

import type { Logger } from "pino";

import type { BackendName } from "../../shared/specification/backends.ts";
import type { DeviceChoice } from "../backends/backend.ts";
import type { LoadedBackend } from "./processMessages.ts";
import { ShardProcess, type ProcessEvents } from "./shardProcess.ts";
import { DEFAULT_PATIENCE_SECONDS, ShardStartError, ShardWatch } from "./shardWatch.ts";

export interface ProcessOptions {
  readonly backend: BackendName;
  readonly choice?: DeviceChoice;
  readonly log: Logger;
  /** How long a process may show no progress before it is ended. */
  readonly patienceSeconds?: number | undefined;
  /** URL of the process's module, which calls serveShards(). */
  readonly module?: string | undefined;
}

/** A process that has loaded its backend. */
export interface LoadedProcess {
  readonly process: ShardProcess;
  readonly backend: LoadedBackend;
  /** Sets who hears of the process from now on. */
  listen(events: ProcessEvents): void;
}

/** Time that a process which has no backend to offer has to end by itself. */
const CLOSE_SECONDS = 5;

/** Module of this package's own processes: run from source process.ts, from dist/ process.js. */
export const MODULE = new URL(`./process${extname(import.meta.filename)}`, import.meta.url).href;

/** A process on its way to a loaded backend. */
export class StartingProcess {
  readonly process: ShardProcess;
  /** Rejects with a sentence if the backend cannot be had. */
  readonly loaded: Promise<LoadedProcess>;
  #events: ProcessEvents;

  constructor({ backend: name, choice = {}, log, patienceSeconds, module }: ProcessOptions) {
    const { promise, resolve, reject } = Promise.withResolvers<LoadedProcess>();
    const watch = new ShardWatch("process", patienceSeconds ?? DEFAULT_PATIENCE_SECONDS);
    const watched = watch.begin();
    this.loaded = promise.finally(() => {
      watched.done();
    });
    this.#events = {
      message: (message) => {
        if (message.kind === "unloadable") {
          reject(new Error(message.reason));
          void this.process.close(CLOSE_SECONDS);
        }
        if (message.kind !== "loaded") return;
        resolve({
          process: this.process,
          backend: message.backend,
          listen: (events) => {
            this.#events = events;
          },
        });
      },
      ended: (how) => {
        reject(new ShardStartError("process", how));
      },
    };
    const events: ProcessEvents = {
      message: (message) => {
        this.#events.message(message);
      },
      ended: (how) => {
        this.#events.ended(how);
      },
    };
    this.process = new ShardProcess(fileURLToPath(module ?? MODULE), events, log);
    watched.signal.addEventListener("abort", () => {
      reject(watched.signal.reason as Error);
      this.process.kill();
    });
    this.process.send({ kind: "load", backend: name, choice });
  }
}
