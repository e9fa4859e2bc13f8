import { fork, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

import type { Logger } from "pino";

import { clipped } from "../../shared/specification/violations.ts";
import { reasonOf } from "../../shared/wire/reason.ts";
import type { FromProcess, ToProcess } from "./processMessages.ts";

/** MiB of a process's heap; what devices and kernels work on is outside of it. */
const HEAP_LIMIT = 2048;

/**
 * Flags of the process's Node. Those of our own process are not for it, and SIGUSR1 would open the
 * debugger.
 */
const NODE_FLAGS = [`--max-old-space-size=${HEAP_LIMIT}`, "--disable-sigusr1"];

const MAXIMUM_WORDS = 300;

/** Lines that Node prints after the message of the error that ends a process. */
const BESIDE_THE_POINT = /^(?:\s|\}|Node\.js v)/;

/** What whoever started a process hears of it. */
export interface ProcessEvents {
  readonly message: (message: FromProcess) => void;
  /** The process has ended; its last message has been told. Called once. */
  readonly ended: (how: string) => void;
}

/** A process that computes shards, as its pool sees it. */
export class ShardProcess {
  readonly #child: ChildProcess;
  readonly #ended = Promise.withResolvers<void>();
  /** What the process has said last on its standard error. */
  #lastWords = "";

  /** @param module path of the process's module, which calls serveShards() */
  constructor(module: string, events: ProcessEvents, log: Logger) {
    const child = fork(module, [], {
      execArgv: NODE_FLAGS,
      serialization: "advanced",
      // Drivers and libraries print what they like; standard output is for answers.
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#child = child;
    child.on("message", (message) => {
      events.message(message as FromProcess);
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) this.#listen(stream, log);
    }
    const gone = Promise.withResolvers<void>();
    child.on("disconnect", gone.resolve);
    child.on("exit", (code, signal) => {
      const how = `it ended with ${signal ?? `exit code ${code}`}`;
      // Whoever is killed has not said why.
      const said = signal === "SIGKILL" ? "" : this.#lastWords;
      // The messages that it sent last may not have been read yet.
      void gone.promise.then(() => {
        this.#ended.resolve();
        events.ended(said === "" ? how : `${how}: ${said}`);
      });
    });
    child.on("error", (error) => {
      // A dead process did not get a message; its end is told by itself.
      if (child.pid !== undefined) return;
      this.#ended.resolve();
      events.ended(`it cannot be started: ${reasonOf(error)}`);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  send(message: ToProcess): void {
    this.#child.send(message, () => undefined);
  }

  /** Ends the process, whatever it is doing. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Asks the process to end after its present calls; after the grace time it is killed. */
  async close(graceSeconds: number): Promise<void> {
    this.send({ kind: "close" });
    const timer = setTimeout(() => {
      this.kill();
    }, graceSeconds * 1000);
    await this.#ended.promise;
    clearTimeout(timer);
  }

  #listen(stream: Readable, log: Logger): void {
    const lines = createInterface(stream);
    lines.on("line", (line) => {
      if (line.trim() === "") return;
      if (stream === this.#child.stderr && !BESIDE_THE_POINT.test(line)) {
        this.#lastWords = clipped(line, MAXIMUM_WORDS);
      }
      log.debug({ process: this.#child.pid }, line);
    });
  }
}
