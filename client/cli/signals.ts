import { performance } from "node:perf_hooks";

import { EXIT } from "./exitCodes.ts";
import { ignoredSignals } from "./inheritedSignals.ts";
import { STOP_SIGNALS, StopListener, type StopSignal } from "./stopSignals.ts";
import { say, standardError } from "./streams.ts";

/**
 * Undoes what a progress bar does to a terminal: it hides the cursor and does not wrap long lines.
 */
const RESTORE_TERMINAL = "\u001B[?25h\u001B[?7h";

/**
 * Ends the process at once on Ctrl-C, SIGTERM or a scheduler's warning. An embedded cluster, which
 * lives in this process, ends with it.
 *
 * @param farewell makes the parting sentence
 */
export function endOnSignal(farewell: () => string): void {
  onSignal(() => {
    if (standardError().isTTY) say(RESTORE_TERMINAL);
    say(`\n${farewell()}\n`);
    process.exit(EXIT.interrupted);
  });
}

/**
 * Resolves with the first signal to stop: Ctrl-C, SIGTERM or a scheduler's warning. Ctrl-C or SIGTERM
 * for a second time ends the process at once.
 */
export function untilSignal(): Promise<StopSignal> {
  const { promise, resolve } = Promise.withResolvers<StopSignal>();
  const listener = new StopListener();
  onSignal((signal) => {
    const reaction = listener.hear(signal, performance.now() / 1000);
    if (reaction === "end") process.exit(EXIT.interrupted);
    if (reaction === "stop") resolve(signal);
  });
  return promise;
}

function onSignal(react: (signal: StopSignal) => void): void {
  const ignored = ignoredSignals();
  for (const signal of STOP_SIGNALS) {
    if (ignored.has(signal)) continue;
    process.on(signal, () => {
      react(signal);
    });
  }
}
