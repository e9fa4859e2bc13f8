import { performance } from "node:perf_hooks";

import { EXIT } from "./exitCodes.ts";
import { ignoredSignals } from "./inheritedSignals.ts";
import type { Parting } from "./parting.ts";
import { STOP_SIGNALS, StopListener, type StopSignal } from "./stopSignals.ts";
import { say, standardError } from "./streams.ts";

/**
 * Undoes what a progress bar does to a terminal: it hides the cursor and does not wrap long lines.
 */
const RESTORE_TERMINAL = "\u001B[?25h\u001B[?7h";

/** Longest wait of an interrupted command for an answer that is on its way. */
const PATIENCE_MILLISECONDS = 10_000;

/** What an interrupted command says: a later part of the same command says something else. */
let farewell: (() => Parting) | undefined;

/** What the command in this process has heard of signals to stop. */
const interruptions = new StopListener();

/**
 * Ends the process on Ctrl-C, SIGTERM or a scheduler's warning: at once, or once it is known what
 * became of a request that is on its way; Ctrl-C or SIGTERM for a second time does not wait. An
 * embedded cluster, which lives in this process, ends with it.
 *
 * @param parting says what there is to say, in place of what was given before
 */
export function endOnSignal(parting: () => Parting): void {
  farewell = parting;
  onSignal(depart);
}

/** What to say if nobody waits any longer for the answer that is awaited. */
let impatient = "interrupted";

function depart(signal: StopSignal): void {
  const reaction = interruptions.hear(signal, performance.now() / 1000);
  if (reaction === "end") leave(impatient);
  if (reaction !== "stop") return;
  if (standardError().isTTY) say(RESTORE_TERMINAL);
  const parting = farewell?.() ?? impatient;
  if (typeof parting === "string") leave(parting);
  const { meanwhile, answer, otherwise } = parting;
  impatient = otherwise;
  say(`\n${meanwhile}\n`);
  setTimeout(leave, PATIENCE_MILLISECONDS, otherwise);
  void answer.then(leave);
}

function leave(parting: string): never {
  say(`\n${parting}\n`);
  process.exit(EXIT.interrupted);
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

/** Node hands a listener the name of the signal. */
function onSignal(react: (signal: StopSignal) => void): void {
  const ignored = ignoredSignals();
  for (const signal of STOP_SIGNALS) {
    // A command may say twice what it does then.
    if (!ignored.has(signal)) process.off(signal, react).on(signal, react);
  }
}
