import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { MEMORY } from "../../shared/wire/ledgerPlaces.ts";
import type { Obstacle } from "./ledger.ts";
import { hasLocks } from "./fileLocks.ts";
import { SchemaMismatch } from "./migrations.ts";
import { SQLITE_REMEDY } from "./ledgerDamage.ts";

/** Why a SQLite ledger cannot be opened, and what to do. */
export interface OpeningProblem {
  readonly obstacle: Obstacle;
  readonly message: string;
}

/** SQLite's codes for file systems whose locks fail, besides SQLITE_BUSY. */
const LOCK_FAILURES = /^SQLITE_(?:IOERR_(?:RD|UN|CHECKRESERVED)?LOCK|PROTOCOL|NOLFS)$/;
const UNWRITABLE =
  /^(?:SQLITE_(?:CANTOPEN|READONLY|PERM|AUTH)|E(?:ROFS|ACCES|PERM|NOTDIR|EXIST|NOENT|ISDIR|LOOP)$)/;
const FULL = /^(?:SQLITE_FULL|ENOSPC|EDQUOT)$/;
const DAMAGED = /^SQLITE_(?:NOTADB|CORRUPT)/;

/** Explains an error that opening a file as a ledger has caused. */
export function openingProblem(path: string, error: unknown): OpeningProblem {
  const { code: given, message } = error as { readonly code?: unknown; readonly message: string };
  const code = String(given);
  const folder = dirname(resolve(path));
  if (LOCK_FAILURES.test(code) || (code === "SQLITE_BUSY" && !hasLocks(folder))) {
    return {
      obstacle: "no_locks",
      message:
        `the file system of ${folder} does not lock files (home folders on NFS often do not), so ` +
        `that two coordinators could spoil one ledger; give a file on a local disk, or ${MEMORY}`,
    };
  }
  if (code === "SQLITE_BUSY") {
    return {
      obstacle: "taken",
      message:
        `${holderOf(path) ?? "another process"} has it open, as a coordinator or as a command ` +
        `with a cluster inside; wait for its end, stop it, or give another file`,
    };
  }
  const why = whyUnwritable(path);
  const remedy = SQLITE_REMEDY.replace("FILE", path);
  // SQLite takes a damaged version in the file's header for that of a file that it may only read.
  if (DAMAGED.test(code) || (code === "SQLITE_READONLY" && why === undefined)) {
    return {
      obstacle: "damaged",
      message: `it is not a ledger, or it is damaged (${message}); give another file, ${remedy}`,
    };
  }
  if (error instanceof SchemaMismatch) {
    return {
      obstacle: "damaged",
      message: error.isLater
        ? `a later version has written it (${message}); start that version, or give another file`
        : `its tables are damaged (${message}); give another file, ${remedy}`,
    };
  }
  if (FULL.test(code)) {
    return {
      obstacle: "full",
      message: `the disk is full; make room, give a file on another disk, or ${MEMORY}`,
    };
  }
  if (why !== undefined || UNWRITABLE.test(code)) {
    return {
      obstacle: "unwritable",
      message:
        `it cannot be opened: ${why ?? message}; give a file in a folder that you can write to, ` +
        `or ${MEMORY}`,
    };
  }
  return { obstacle: "other", message: `it cannot be opened (${message}); give another file` };
}

/** Why no file can be written at a path; undefined if nothing speaks against it. */
function whyUnwritable(path: string): string | undefined {
  const place = nearest(resolve(path));
  const kind = statSync(place);
  if (place === resolve(path)) {
    if (kind.isDirectory()) return `${place} is a folder`;
    return refusal(place) ?? refusal(dirname(place));
  }
  return kind.isDirectory() ? refusal(place) : `${place} is not a folder`;
}

/** The path itself if it exists, or else the nearest of what should be folders above it. */
function nearest(path: string): string {
  return existsSync(path) ? path : nearest(dirname(path));
}

function refusal(place: string): string | undefined {
  try {
    accessSync(place, constants.W_OK);
    return undefined;
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message: string };
    if (code === "EROFS") return `${place} is on a read-only file system`;
    if (code === "EACCES") return `you may not write to ${place}`;
    return message;
  }
}

/** The process that holds SQLite's lock on a file, where the system tells, as `process 12 (…)`. */
function holderOf(path: string): string | undefined {
  try {
    const { ino } = statSync(path);
    const locks = readFileSync("/proc/locks", "utf8");
    const [, pid] = new RegExp(`WRITE +(\\d+) \\S+:${ino} `).exec(locks) ?? [];
    if (pid === undefined) return undefined;
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").filter(Boolean);
    return `process ${pid} (${words.join(" ")})`;
  } catch {
    // There is no such file but on Linux, and the process may be another user's.
    return undefined;
  }
}
