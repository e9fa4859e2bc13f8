import type { Logger } from "pino";

import { OutcomeUnknown } from "../ledger/ledger.ts";

/**
 * What becomes of a coordinator whose ledger fails, or whose leadership is lost: it ends at once, with
 * one sentence. It can promise nothing any more, and whoever starts it again finds all that it did.
 */
export function endWithoutLedger(log: Logger): (error: unknown) => void {
  return (error) => {
    log.debug({ err: error }, "the ledger failed");
    process.stderr.write(`lyapunov: the ledger failed: ${remedyFor(error)}\n`);
    process.exit(1);
  };
}

/** What a person can do about a ledger that failed while it was written to. */
function remedyFor(error: unknown): string {
  const failure = error instanceof OutcomeUnknown ? error.cause : error;
  const { code, message } = failure as { code?: unknown; message: string };
  switch (code) {
    case "SQLITE_FULL":
    case "ENOSPC":
    case "53100":
      return "the disk is full; make room and start again: what was acknowledged is kept";
    case "SQLITE_CORRUPT":
    case "SQLITE_NOTADB":
      return "its file is damaged; restore it from a copy";
    default:
      return `${message}; start again: what was acknowledged is kept`;
  }
}
