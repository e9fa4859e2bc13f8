import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";

import Database from "better-sqlite3";

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
    return !/^SQLITE_(?:BUSY|IOERR|PROTOCOL|NOLFS)/.test(
      String((error as { code?: unknown }).code),
    );
  } finally {
    database?.close();
    rmSync(path, { force: true });
  }
}
