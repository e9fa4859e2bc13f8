import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { VERSION } from "../../shared/wire/version.ts";
import { dataFolder } from "./personalFolders.ts";

/** The default ledger of `lyapunov serve`. */
export function defaultLedger(): string {
  return join(dataFolder(), "ledger.sqlite");
}

/** The ledger of a command that has a cluster inside its process. */
export interface CommandLedger {
  readonly place: string;
  /** Identifies what is asked for: a ledger has it once. */
  readonly requestId: string;
  /** To be called once the answer is out; removes a ledger that nobody asked for. */
  finished(): Promise<void>;
}

/**
 * Where a command keeps what it has so far. Without `--ledger` that is a place that only the same
 * command finds again: after an interruption it goes on from there.
 *
 * @param asked the flag `--ledger`, if it was given
 * @param work what the command is to compute
 */
export function commandLedger(asked: string | undefined, work: unknown): CommandLedger {
  // Another version may compute other bits.
  const content = JSON.stringify([VERSION, work]);
  const requestId = createHash("sha256").update(content).digest("hex");
  if (asked !== undefined) {
    return { place: asked, requestId, finished: () => Promise.resolve() };
  }
  const commands = join(dataFolder(), "commands");
  const place = join(commands, requestId.slice(0, 32), "ledger.sqlite");
  return {
    place,
    requestId,
    finished: () => rm(dirname(place), { recursive: true, force: true }),
  };
}
