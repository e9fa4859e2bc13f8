import { AsyncLocalStorage } from "node:async_hooks";

import { runProgram } from "../../../client/cli/program.ts";
import type { Ended } from "./processes.ts";

/** The output of a command that runs in the tests' own process. */
interface Said {
  stdout: string;
  stderr: string;
}

/** Output of the command for which code runs, if any: several commands may run at the same time. */
const current = new AsyncLocalStorage<Said>();

/** Most commands at the same time: each one adds its own listeners to the process. */
const MAXIMUM_COMMANDS = 100;
for (const emitter of [process, process.stdout]) emitter.setMaxListeners(MAXIMUM_COMMANDS);
for (const name of ["LYAPUNOV_COORDINATOR", "COLUMNS"]) Reflect.deleteProperty(process.env, name);

// Commands see no terminal, whatever the tests run on, and their output is captured.
for (const name of ["stdout", "stderr"] as const) {
  const stream = process[name];
  const write = stream.write.bind(stream) as (...given: readonly unknown[]) => boolean;
  const captured = (...given: readonly [chunk: string | Uint8Array, ...rest: unknown[]]) => {
    const said = current.getStore();
    if (said === undefined) return write(...given);
    const [chunk, ...rest] = given;
    said[name] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
    const done = rest.at(-1);
    if (typeof done === "function") queueMicrotask(done as () => void);
    return true;
  };
  Object.assign(stream, { write: captured });
  hideTerminal(stream);
}

/**
 * Runs `lyapunov …` to its end in the tests' own process. It is for commands that neither wait for
 * a signal nor read their environment, where a process of their own would prove nothing more.
 */
export async function runHere(args: readonly string[]): Promise<Ended> {
  const said: Said = { stdout: "", stderr: "" };
  const listeners = listenersOf();
  try {
    const code = await current.run(said, () => runProgram(args));
    return { code, signal: null, ...said };
  } finally {
    for (const [emitter, event, before] of listeners) {
      const added = emitter.listeners(event).filter((listener) => !before.includes(listener));
      for (const listener of added) emitter.off(event, listener as () => void);
    }
  }
}

/** The listeners on everything that a command listens to as long as its process lives. */
function listenersOf() {
  const watched: readonly (readonly [NodeJS.EventEmitter, string])[] = [
    [process, "SIGINT"],
    [process, "SIGTERM"],
    [process.stdout, "error"],
  ];
  return watched.map(([emitter, event]) => [emitter, event, emitter.listeners(event)] as const);
}

/** Hides from commands that run here that a stream is a terminal. */
function hideTerminal(stream: NodeJS.WriteStream): void {
  let { isTTY } = stream;
  Object.defineProperty(stream, "isTTY", {
    configurable: true,
    get: () => (current.getStore() === undefined ? isTTY : false),
    set: (value: boolean) => {
      isTTY = value;
    },
  });
}
