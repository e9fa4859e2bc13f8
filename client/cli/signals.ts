import { EXIT } from "./exitCodes.ts";
import type { Parting } from "./parting.ts";

/**
 * Undoes what a progress bar does to a terminal: it hides the cursor and does not wrap long lines.
 */
const RESTORE_TERMINAL = "\u001B[?25h\u001B[?7h";

/** Longest wait of an interrupted command for an answer that is on its way. */
const PATIENCE_MILLISECONDS = 10_000;

/** What an interrupted command says: a later part of the same command says something else. */
let farewell: (() => Parting) | undefined;

/**
 * Ends the process on Ctrl-C or SIGTERM: at once, or once it is known what became of a request that is
 * on its way; a second signal does not wait. An embedded cluster, which lives in this process, ends
 * with it.
 *
 * @param parting says what there is to say, in place of what was given before
 */
export function endOnSignal(parting: () => Parting): void {
  farewell = parting;
  onSignal(depart);
}

/** What to say if nobody waits any longer for the answer that is awaited. */
let impatient: string | undefined;

function depart(): void {
  if (process.stderr.isTTY) process.stderr.write(RESTORE_TERMINAL);
  const parting = impatient ?? farewell?.() ?? "interrupted";
  if (typeof parting === "string") leave(parting);
  const { meanwhile, answer, otherwise } = parting;
  impatient = otherwise;
  process.stderr.write(`\n${meanwhile}\n`);
  setTimeout(leave, PATIENCE_MILLISECONDS, otherwise);
  void answer.then(leave);
}

function leave(parting: string): never {
  process.stderr.write(`\n${parting}\n`);
  process.exit(EXIT.interrupted);
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
  // A command may say twice what it does then.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, react).on(signal, react);
}
