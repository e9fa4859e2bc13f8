import type { Logger } from "pino";

import { ledgerFailure } from "./ledger/ledger.ts";

/**
 * What becomes of a coordinator whose ledger fails, or whose leadership is lost: it ends at once, with
 * one sentence. It can promise nothing any more, and whoever starts it again finds all that it did.
 */
export function endWithoutLedger(log: Logger): (error: unknown) => void {
  return (error) => {
    log.debug({ err: error }, "the ledger failed");
    process.stderr.write(`lyapunov: the ledger failed: ${ledgerFailure(error)}\n`);
    process.exit(1);
  };
}
