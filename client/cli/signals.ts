import { EXIT } from "./exitCodes.ts";

/** What a progress bar changes on a terminal: the cursor is hidden, long lines are not wrapped. */
const RESTORE_TERMINAL = "\u001B[?25h\u001B[?7h";

/**
 * Ends the process on Ctrl-C or SIGTERM at once: an embedded cluster lives in this process, threads
 * and all, and ends with it. `farewell` says what is left elsewhere.
 */
export function endOnSignal(farewell: () => string): void {
  onSignal(() => {
    if (process.stderr.isTTY) process.stderr.write(RESTORE_TERMINAL);
    process.stderr.write(`\n${farewell()}\n`);
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
