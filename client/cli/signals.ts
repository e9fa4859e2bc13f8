import { EXIT } from "./exitCodes.ts";
import { say, standardError } from "./streams.ts";

/**
 * Undoes what a progress bar does to a terminal: it hides the cursor and does not wrap long lines.
 */
const RESTORE_TERMINAL = "\u001B[?25h\u001B[?7h";

/**
 * Ends the process at once on Ctrl-C or SIGTERM. An embedded cluster, which lives in this process,
 * ends with it.
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

/** Resolves at the first Ctrl-C or SIGTERM; the second ends the process at once. */
export function untilSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let asked = false;
  onSignal(() => {
    if (asked) process.exit(EXIT.interrupted);
    asked = true;
    resolve();
  });
  return promise;
}

function onSignal(react: () => void): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, react);
}
