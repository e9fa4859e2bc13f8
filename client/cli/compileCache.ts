import { enableCompileCache } from "node:module";
import { join } from "node:path";

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
  } catch {
    // The user has no home; Node throws then.
    return;
  }
  enableCompileCache(folder);
}
