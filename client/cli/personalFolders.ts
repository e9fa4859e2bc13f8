import { homedir } from "node:os";
import { join } from "node:path";
import { env, platform } from "node:process";

import { MEMORY } from "../../shared/wire/ledgerPlaces.ts";
import { InputError } from "../sdk/errors.ts";

const NAME = "lyapunov-cluster";

/**
 * The folder for what must be kept: below $XDG_DATA_HOME, ~/Library or %LOCALAPPDATA%.
 *
 * @throws InputError if there is no home folder
 */
export function dataFolder(): string {
  if (platform === "win32") return join(localAppData(), NAME);
  if (platform === "darwin") return join(home(), "Library", "Application Support", NAME);
  return join(absolute(env["XDG_DATA_HOME"]) ?? join(home(), ".local", "share"), NAME);
}

/**
 * The folder for what can be made again: below $XDG_CACHE_HOME, ~/Library or %LOCALAPPDATA%.
 *
 * @throws InputError if there is no home folder
 */
export function cacheFolder(): string {
  if (platform === "win32") return join(localAppData(), NAME, "Cache");
  if (platform === "darwin") return join(home(), "Library", "Caches", NAME);
  return join(absolute(env["XDG_CACHE_HOME"]) ?? join(home(), ".cache"), NAME);
}

function localAppData(): string {
  return env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local");
}

function home(): string {
  let folder;
  try {
    folder = absolute(homedir());
  } catch {
    // The user has no entry in the system's list, and $HOME is not set.
  }
  if (folder !== undefined) return folder;
  throw new InputError(
    "there is no home folder to keep a ledger in ($HOME); " +
      `set XDG_DATA_HOME, or give --ledger FILE or --ledger ${MEMORY}`,
  );
}

/** Relative paths are to be ignored: XDG Base Directory Specification 0.8. */
function absolute(folder: string | undefined): string | undefined {
  return folder?.startsWith("/") === true ? folder : undefined;
}
