import { readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * Puts a finished folder in the place of another. Processes that read the old one meanwhile find whole
 * files, and all of one build. If both hold the same, the old one stays untouched.
 *
 * @param next the finished folder, which is gone afterwards; on the same file system
 * @param place where it belongs; need not exist yet
 */
export function replaceFolder(next: string, place: string): void {
  if (holdSame(next, place)) {
    rmSync(next, { recursive: true });
    return;
  }
  takePlace(next, place);
}

/** Puts a finished folder in the place of another without comparing the two. */
export function takePlace(next: string, place: string): void {
  const old = `${next}-old`;
  // Node has no call that exchanges two folders, so there is a moment without one between two renames.
  try {
    renameSync(place, old);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  renameSync(next, place);
  rmSync(old, { recursive: true, force: true });
}

function holdSame(one: string, other: string): boolean {
  const files = filesOf(one);
  if (files.join("\n") !== filesOf(other).join("\n")) return false;
  return files.every((file) =>
    readFileSync(join(one, file)).equals(readFileSync(join(other, file))),
  );
}

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length))
      .toSorted();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
