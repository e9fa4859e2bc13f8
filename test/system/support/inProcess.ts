import { AsyncLocalStorage } from "node:async_hooks";

import { runProgram } from "../../../client/cli/program.ts";
import type { Ended } from "./processes.ts";

/** What a command that runs in the tests' own process has said. */
interface Said {
  stdout: string;
  stderr: string;
}

/** The command on whose behalf code runs, if it does on one's: several may at the same time. */
const current = new AsyncLocalStorage<Said>();

/** Each command listens to the process for itself. */
const MAXIMUM_COMMANDS = 100;
for (const emitter of [process, process.stdout]) emitter.setMaxListeners(MAXIMUM_COMMANDS);
delete process.env["LYAPUNOV_COORDINATOR"];

/** As without a terminal, whatever the tests run on. */
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
 * Runs `lyapunov …` to its end in the tests' own process. For commands that neither wait for a
 * signal nor look at their environment, where a process of their own would prove nothing more.
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

/** What a command listens to as long as its process lives, and who listens now. */
function listenersOf() {
  const watched: readonly (readonly [NodeJS.EventEmitter, string])[] = [
    [process, "SIGINT"],
    [process, "SIGTERM"],
    [process.stdout, "error"],
  ];
  return watched.map(([emitter, event]) => [emitter, event, emitter.listeners(event)] as const);
}

/** Lets a stream be no terminal in commands that run here, and what it is elsewhere. */
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
