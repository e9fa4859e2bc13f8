import { createHash } from "node:crypto";
import { join } from "node:path";

import { VERSION } from "../../shared/wire/version.ts";
import { dataFolder } from "./personalFolders.ts";

/** The default ledger of `lyapunov serve`. @throws InputError if there is no home folder */
export function defaultLedger(): string {
  return join(dataFolder(), "ledger.sqlite");
}

/** The folder with the ledgers of commands. @throws InputError if there is no home folder */
export function commandLedgers(): string {
  return join(dataFolder(), "commands");
}

/**
 * Identifies what a command is to compute: a ledger has it once.
 *
 * @param work what goes into the request
 */
export function requestIdOf(work: unknown): string {
  // Another version may compute other bits.
  const content = JSON.stringify([VERSION, work]);
  return createHash("sha256").update(content).digest("hex");
}

/** The name of the folder that only the same command finds again, to go on from there. */
export function folderName(requestId: string): string {
  return requestId.slice(0, 32);
}
