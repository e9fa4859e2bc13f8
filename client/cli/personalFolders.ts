import { homedir } from "node:os";
import { join } from "node:path";
import { env, platform } from "node:process";

const NAME = "lyapunov-cluster";

/** The folder for what must be kept: below $XDG_DATA_HOME, ~/Library or %LOCALAPPDATA%. */
export function dataFolder(): string {
  if (platform === "win32") return join(localAppData(), NAME);
  if (platform === "darwin") return join(homedir(), "Library", "Application Support", NAME);
  return join(absolute(env["XDG_DATA_HOME"]) ?? join(homedir(), ".local", "share"), NAME);
}

/** The folder for what can be made again: below $XDG_CACHE_HOME, ~/Library or %LOCALAPPDATA%. */
export function cacheFolder(): string {
  if (platform === "win32") return join(localAppData(), NAME, "Cache");
  if (platform === "darwin") return join(homedir(), "Library", "Caches", NAME);
  return join(absolute(env["XDG_CACHE_HOME"]) ?? join(homedir(), ".cache"), NAME);
}

function localAppData(): string {
  return env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local");
}

/** Relative paths are to be ignored: XDG Base Directory Specification 0.8. */
function absolute(folder: string | undefined): string | undefined {
  return folder?.startsWith("/") === true ? folder : undefined;
}
