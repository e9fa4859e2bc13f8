import { close, url } from "node:inspector";
import { constants } from "node:os";

import { STOP_SIGNALS } from "./stopSignals.ts";

/** Signals that end a process which does not react to them, and that others may send. */
const ENDING_SIGNALS = [...STOP_SIGNALS, "SIGQUIT", "SIGALRM"] as const;

/** By then Node has heard of all that came while it started. */
const LAST_LOOK_MILLISECONDS = 250;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The signals that whoever started this process had it ignore, as `nohup` and `trap '' USR1` do.
 * Node makes them deadly again before any of our code runs, so the system no longer knows. The script
 * `lyapunov`, which starts Node, asks the system in time; where Node is started in another way, there
 * is only the shell's word (`_`) that it started nohup.
 */
export function ignoredSignals(environment: Environment = process.env): ReadonlySet<string> {
  const mask = BigInt(
    `0x${/^[0-9a-f]{1,32}$/.exec(environment["LYAPUNOV_SIGIGN"]?.trim() ?? "")?.[0] ?? 0}`,
  );
  const isNohup = /(?:^|\/)nohup$/.test(environment["_"] ?? "");
  const { signals } = constants;
  return new Set(
    ENDING_SIGNALS.filter((signal) => {
      // Not every system has every signal.
      const number: number | undefined = signals[signal];
      const isMasked = number !== undefined && ((mask >> BigInt(number - 1)) & 1n) === 1n;
      return isMasked || (isNohup && signal === "SIGHUP");
    }),
  );
}

/**
 * Keeps ignoring what this process was told to ignore, and takes SIGUSR1 from Node, which would open
 * its debugger, and with it this process, to everybody on this machine. (Node's own flag for that
 * blocks the signal for good, so that nobody could react to it.)
 */
export function guardSignals(): void {
  const ignored = ignoredSignals();
  for (const signal of ignored) process.on(signal, () => undefined);
  if (!ignored.has("SIGUSR1")) process.on("SIGUSR1", endUnlessExpected);
  // SIGUSR1 may have come while Node started. Then Node has opened the debugger, unless the script
  // `lyapunov` prevented it, and opens it once more as soon as it waits for events.
  closeDebugger();
  setImmediate(closeDebugger);
  setTimeout(closeDebugger, LAST_LOOK_MILLISECONDS).unref();
}

function closeDebugger(): void {
  if (url() !== undefined && !isDebugged()) close();
}

/** Ends the process as SIGUSR1 does by default, unless a command reacts to it. */
function endUnlessExpected(): void {
  if (process.listenerCount("SIGUSR1") > 1) return;
  process.off("SIGUSR1", endUnlessExpected);
  process.kill(process.pid, "SIGUSR1");
}

/** Whether a person has asked for Node's debugger. */
function isDebugged(): boolean {
  const flags = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""].join(" ");
  return /--inspect(?!-port|-publish)/.test(flags);
}
