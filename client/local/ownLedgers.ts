import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";

import { FileLock } from "../../coordinator/ledger/fileLocks.ts";

/** What a command notes beside its ledger, for people and for other commands. */
export interface CommandNote {
  /** The command's words, as they were typed. */
  readonly words: readonly string[];
  readonly host: string;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
}

/** The ledger of a command that runs, or that was interrupted. */
export interface OwnLedgerEntry {
  /** Identifies what is asked for; the name of the ledger's folder. */
  readonly id: string;
  readonly folder: string;
  /** Undefined if the command was one of an earlier version, which left no note. */
  readonly note: CommandNote | undefined;
  readonly isRunning: boolean;
  /** When something was written last, in milliseconds since the epoch. */
  readonly lastWriteTime: number;
  readonly sizeBytes: number;
}

/** Names of the files in a command's folder. */
export const FILES = { ledger: "ledger.sqlite", lock: "lock", note: "command.json" } as const;
const WAITING = "waiting-";

/** The ledgers of commands below a folder, the one that was written last first. */
export function ownLedgers(commands: string): OwnLedgerEntry[] {
  if (!existsSync(commands)) return [];
  return readdirSync(commands, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => entryOf(commands, name) ?? [])
    .toSorted((a, b) => b.lastWriteTime - a.lastWriteTime);
}

/**
 * Deletes a command's ledger, unless the command runs; returns whether it did.
 *
 * @throws Error if it cannot be deleted
 */
export function removeOwnLedger({ folder }: Pick<OwnLedgerEntry, "folder">): boolean {
  const lock = FileLock.take(join(folder, FILES.lock), dirname(folder));
  if (lock === undefined) return false;
  try {
    rmSync(folder, { recursive: true, force: true });
    return true;
  } catch (error) {
    // Node names neither the folder nor the reason in a way that people could read.
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`${folder} cannot be deleted (${code}); may you write there?`, {
      cause: error,
    });
  } finally {
    lock.release();
  }
}

/** Deletes the ledgers of commands that nobody has gone on with since a time; returns how many. */
export function removeOldLedgers(commands: string, since: number): number {
  const old = ownLedgers(commands).filter(({ lastWriteTime }) => lastWriteTime < since);
  return old.filter(removeOwnLedger).length;
}

export function readNote(folder: string): CommandNote | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, FILES.note), "utf8")) as CommandNote;
  } catch {
    // The command has not written it yet, or is one of an earlier version.
    return undefined;
  }
}

export function writeNote(folder: string, note: CommandNote): void {
  writeFileSync(join(folder, FILES.note), JSON.stringify(note));
}

/** Says that this process waits for the ledger, so that it is kept; returns how to take it back. */
export function announceWaiting(folder: string): () => void {
  const path = join(folder, `${WAITING}${process.pid}@${hostname()}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, "");
  } catch {
    // The ledger was deleted a moment ago; then there is nothing to keep.
  }
  return () => {
    rmSync(path, { force: true });
  };
}

/** Whether another process waits for the ledger. */
export function isAwaited(folder: string): boolean {
  return readdirSync(folder).some((name) => {
    if (!name.startsWith(WAITING)) return false;
    const [pid, host] = name.slice(WAITING.length).split("@");
    return host !== hostname() || isAlive(Number(pid));
  });
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Undefined if the ledger has been deleted meanwhile. */
function entryOf(commands: string, id: string): OwnLedgerEntry | undefined {
  const folder = join(commands, id);
  const written = [FILES.ledger, `${FILES.ledger}-wal`, FILES.note].flatMap(
    (name) => statSync(join(folder, name), { throwIfNoEntry: false }) ?? [],
  );
  const [first, ...rest] = written.map(({ mtimeMs }) => mtimeMs);
  if (first === undefined) return undefined;
  return {
    id,
    folder,
    note: readNote(folder),
    isRunning: isLocked(folder),
    lastWriteTime: Math.max(first, ...rest),
    sizeBytes: written.reduce((sum, { size }) => sum + size, 0),
  };
}

function isLocked(folder: string): boolean {
  if (!existsSync(join(folder, FILES.lock))) return false;
  try {
    const lock = FileLock.take(join(folder, FILES.lock), dirname(folder));
    lock?.release();
    return lock === undefined;
  } catch {
    // Where nothing can be locked, no command keeps a ledger.
    return false;
  }
}
