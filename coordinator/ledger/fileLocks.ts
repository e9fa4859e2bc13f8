import { randomBytes } from "node:crypto";
import { closeSync, openSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

import Database from "better-sqlite3";

/** SQLite's codes for files that somebody has locked, and for file systems without locks. */
const NO_LOCK = /^SQLITE_(?:BUSY|IOERR|PROTOCOL|NOLFS)/;

/** A lock on a file, which ends with its process. The file stays empty, and may be deleted. */
export class FileLock {
  readonly #database: Database.Database;

  private constructor(database: Database.Database) {
    this.#database = database;
  }

  /**
   * Locks a file, which is created if there is none; undefined if somebody has locked it already.
   *
   * @param probed a folder on the same file system, in which locks are tried if this one fails
   * @throws Error if the file cannot be created or its file system has no locks; its `code` says why
   */
  static take(path: string, probed = dirname(path)): FileLock | undefined {
    create(path);
    const before = inodeOf(path);
    const database = new Database(path, { timeout: 0 });
    try {
      database.exec("begin exclusive");
    } catch (error) {
      database.close();
      const { code } = error as { readonly code?: unknown };
      if (code === "SQLITE_BUSY" && hasLocks(probed)) return undefined;
      throw error;
    }
    // Whoever had the lock before may have deleted the file, and somebody else may have another.
    if (before !== undefined && inodeOf(path) === before) return new FileLock(database);
    database.close();
    return undefined;
  }

  release(): void {
    this.#database.close();
  }
}

/**
 * Whether files in a folder can be locked. It locks a new file there, which nobody else can have:
 * SQLite says "busy" of a file that somebody has locked, and of a file system without locks, too.
 */
export function hasLocks(folder: string): boolean {
  const path = join(folder, `.lyapunov-${randomBytes(6).toString("hex")}.lock`);
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { timeout: 0 });
    database.exec("begin exclusive; rollback");
    return true;
  } catch (error) {
    // Where no file can be made, nothing is known of locks.
    return !NO_LOCK.test(String((error as { readonly code?: unknown }).code));
  } finally {
    database?.close();
    rmSync(path, { force: true });
  }
}

/** Creates a file; one that is there is not even opened, since closing it would free its locks. */
function create(path: string): void {
  try {
    closeSync(openSync(path, "ax"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
