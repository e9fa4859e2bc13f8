import { EXIT } from "./failure.ts";

const SHOW_CURSOR = "\u001B[?25h";

/**
 * Ends the process on Ctrl-C or SIGTERM at once: an embedded cluster lives in this process, threads
 * and all, and ends with it. `farewell` says what is left elsewhere.
 */
export function endOnInterruption(farewell: () => string): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      if (process.stderr.isTTY) process.stderr.write(SHOW_CURSOR);
      process.stderr.write(`\n${farewell()}\n`);
      process.exit(EXIT.interrupted);
    });
  }
}
