import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The folder of this package's package.json, both for sources and for dist/. Files that are not
 * code (compiled kernels, protocol definitions) are found from there.
 */
export function packageRoot(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (folder === dirname(folder)) {
      throw new Error(`no package.json above ${import.meta.dirname}`);
    }
  }
}
