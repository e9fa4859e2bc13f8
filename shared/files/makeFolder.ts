import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder and all above it. Node's own recursive mkdir never returns in places where nobody can
 * make one, such as /proc.
 */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another command may have made it a moment ago.
    if (!existsSync(folder)) throw error;
  }
}
