import { enableCompileCache } from "node:module";
import { join } from "node:path";

import { makeFolder } from "../../shared/files/makeFolder.ts";
import { cacheFolder } from "./personalFolders.ts";

/**
 * Lets Node keep what it compiles for the next start, in this person's own folder: in one that others
 * can write to, they could plant code. Without a home, or without the right to write there, nothing
 * is kept, and nothing else changes.
 */
export function keepCompiledCode(): void {
  let folder;
  try {
    folder = join(cacheFolder(), "compiled");
    makeFolder(folder);
  } catch {
    // The user has no home, or none that can be written to.
    return;
  }
  enableCompileCache(folder);
}
