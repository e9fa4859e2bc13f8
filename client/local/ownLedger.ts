import { existsSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { FileLock } from "../../coordinator/ledger/fileLocks.ts";
import { LedgerUnavailable, type Ledger } from "../../coordinator/ledger/ledger.ts";
import { MemoryLedger } from "../../coordinator/ledger/memoryLedger.ts";
import { openingProblem } from "../../coordinator/ledger/openingProblem.ts";
import { openLedger } from "../../coordinator/ledger/openLedger.ts";
import { makeFolder } from "../../shared/files/makeFolder.ts";
import { MEMORY } from "../../shared/wire/ledgerPlaces.ts";
import {
  announceWaiting,
  FILES,
  isAwaited,
  readNote,
  removeOldLedgers,
  writeNote,
  type CommandNote,
} from "./ownLedgers.ts";

/** How often a command that waits for another looks whether that has ended. */
const LOOK_MILLISECONDS = 250;
/** A ledger that nobody has gone on with for so long is deleted by the next command. */
export const KEPT_DAYS = 30;
const DAY_MILLISECONDS = 86_400_000;

/** The ledger that a command keeps for itself, so that it goes on after an interruption. */
export interface OwnLedger {
  /** A file, or `memory`. */
  readonly place: string;
  readonly ledger: Ledger;
  /**
   * To be called once the ledger is closed.
   *
   * @param isDone whether the answer is out; then the ledger is deleted, unless another command
   * waits for it
   */
  leave(isDone: boolean): void;
}

/** What a command wants to hear while its ledger is being opened. */
export interface OwnLedgerEvents {
  /** Called if another process runs this command already; its answer is waited for. */
  readonly waiting: (other: CommandNote | undefined) => void;
  /** No file can be kept; the ledger is in memory. */
  readonly unusable: (reason: string) => void;
  /** Ledgers of commands that were interrupted long ago have been deleted. */
  readonly removed: (count: number) => void;
}

/**
 * Opens the ledger of a command in a folder that is the same for the same command. While the same
 * command runs in another process, it waits; the answer is then in the ledger.
 *
 * @throws LedgerUnavailable if what the command has kept is damaged
 */
export async function openOwnLedger(
  folder: string,
  words: readonly string[],
  events: OwnLedgerEvents,
): Promise<OwnLedger> {
  const place = join(folder, FILES.ledger);
  try {
    const lock = await lockFolder(folder, events);
    try {
      writeNote(folder, { words, host: hostname(), pid: process.pid, startTime: Date.now() });
      // A command that is killed from now on has left its note, by which it can be found.
      const ledger = await openLedger(place);
      const count = removeOldLedgers(dirname(folder), Date.now() - KEPT_DAYS * DAY_MILLISECONDS);
      if (count > 0) events.removed(count);
      return { place, ledger, leave: (isDone) => leave(folder, lock, isDone) };
    } catch (error) {
      lock.release();
      throw error;
    }
  } catch (error) {
    const { obstacle, message } = problemOf(place, error);
    if (obstacle === "damaged") {
      const remedy = `or have this command begin anew: 'lyapunov ledgers remove ${basename(folder)}'`;
      throw new LedgerUnavailable(`${message}; ${remedy}`, { obstacle, cause: error });
    }
    if (obstacle !== "unwritable" && obstacle !== "no_locks" && obstacle !== "full") throw error;
    deleteEmpty(folder);
    events.unusable(message);
    return { place: MEMORY, ledger: new MemoryLedger(), leave: () => undefined };
  }
}

/** Takes the lock of a command's folder, and waits for it if need be. */
async function lockFolder(folder: string, events: OwnLedgerEvents): Promise<FileLock> {
  let withdraw: (() => void) | undefined;
  try {
    for (;;) {
      makeFolder(folder);
      const lock = FileLock.take(join(folder, FILES.lock), dirname(folder));
      if (lock !== undefined) return lock;
      if (withdraw === undefined) events.waiting(readNote(folder));
      withdraw = announceWaiting(folder);
      await delay(LOOK_MILLISECONDS);
    }
  } finally {
    withdraw?.();
  }
}

function leave(folder: string, lock: FileLock, isDone: boolean): void {
  try {
    if (isDone && !isAwaited(folder)) rmSync(folder, { recursive: true, force: true });
  } catch {
    // What cannot be deleted now is deleted when it is old; the answer is out.
  } finally {
    lock.release();
  }
}

/** Deletes a folder in which nothing is kept; what does not let itself be deleted stays. */
function deleteEmpty(folder: string): void {
  if (existsSync(join(folder, FILES.ledger))) return;
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // It is on a read-only file system.
  }
}

function problemOf(place: string, error: unknown) {
  if (error instanceof LedgerUnavailable) return error;
  const { obstacle, message } = openingProblem(place, error);
  return { obstacle, message: `--ledger ${place}: ${message}` };
}
