import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

import { VERSION } from "../../shared/wire/version.ts";

/**
 * Where this person's programs keep their data: $XDG_DATA_HOME, %LOCALAPPDATA% or ~/Library.
 *
 * @param environment and `platform` as node:process has them.
 */
function dataFolder(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): string {
  return join(dataHome(environment, platform), "lyapunov-cluster");
}

function dataHome(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): string {
  if (platform === "win32") {
    return environment["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local");
  }
  if (platform === "darwin") return join(homedir(), "Library", "Application Support");
  const home = environment["XDG_DATA_HOME"] ?? "";
  // Relative paths are to be ignored: XDG Base Directory Specification 0.8.
  return home.startsWith("/") ? home : join(homedir(), ".local", "share");
}

/** The ledger of `lyapunov serve`, unless it is told another. */
export function defaultLedger(): string {
  return join(dataFolder(process.env, process.platform), "ledger.sqlite");
}

/** The ledger of one command with a cluster inside it. */
export interface CommandLedger {
  readonly place: string;
  /** Identifies what is asked for: under the same ledger it is created once. */
  readonly requestId: string;
  /** Called once the answer is out: a ledger that nobody asked for is removed. */
  finished(): Promise<void>;
}

/**
 * Where a command keeps what it has so far. By itself it takes a place that the same command finds
 * again, and nothing else does: after an interruption it goes on from there.
 *
 * @param asked the flag `--ledger`, if it was given.
 * @param work what the command is to compute.
 */
export function commandLedger(asked: string | undefined, work: unknown): CommandLedger {
  // Another version may compute other bits.
  const content = JSON.stringify([VERSION, work]);
  const requestId = createHash("sha256").update(content).digest("hex");
  if (asked !== undefined) {
    return { place: asked, requestId, finished: () => Promise.resolve() };
  }
  const commands = join(dataFolder(process.env, process.platform), "commands");
  const place = join(commands, requestId.slice(0, 32), "ledger.sqlite");
  return {
    place,
    requestId,
    finished: () => rm(dirname(place), { recursive: true, force: true }),
  };
}
