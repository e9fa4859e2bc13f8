import { accessSync, constants, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What can be asked of a machine's files. Paths are absolute. */
export interface MachineFiles {
  /** Whether something is there, links followed. */
  exists(path: string): boolean;
  /** Whether this process may read and write it. */
  mayOpen(path: string): boolean;
  /** Names in a folder, in order; none if there is no such folder. */
  list(folder: string): readonly string[];
  /** The text of a file, if it can be read. */
  read(path: string): string | undefined;
}

/** Files of this machine, or of a folder that is laid out like one. */
export function machineFiles(root = "/"): MachineFiles {
  const canAccess = (path: string, mode: number) =>
    orUndefined(() => {
      accessSync(join(root, path), mode);
      return true;
    }) ?? false;
  return {
    exists: (path) => canAccess(path, constants.F_OK),
    mayOpen: (path) => canAccess(path, constants.R_OK | constants.W_OK),
    list: (folder) => orUndefined(() => readdirSync(join(root, folder)).toSorted()) ?? [],
    read: (path) => orUndefined(() => readFileSync(join(root, path), "utf8")),
  };
}

/** The value, or undefined where the file system refuses it. */
function orUndefined<Value>(get: () => Value): Value | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}
