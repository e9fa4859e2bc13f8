import { OutcomeUnknown } from "../ledger/ledger.ts";
import { reasonOf } from "../../shared/wire/reason.ts";
import { ledgerDamage } from "../ledger/ledgerDamage.ts";

/**
 * Describes in one sentence why a coordinator must end at once, and the remedy. Its ledger failed
 * or it lost the lead, so it can promise nothing more. Started again, it finds all that was
 * durable.
 */
export function ledgerFailure(error: unknown): Error {
  return new Error(`the ledger failed: ${remedyFor(error)}`, { cause: error });
}

/** What a person can do about a ledger that failed during a write. */
function remedyFor(error: unknown): string {
  const failure = error instanceof OutcomeUnknown ? error.cause : error;
  const { code } = failure as { code?: unknown };
  switch (code) {
    case "SQLITE_FULL":
    case "ENOSPC":
    case "53100":
      return "the disk is full; make room and start again: what was acknowledged is kept";
    default:
      return (
        ledgerDamage(failure) ?? `${reasonOf(failure)}; start again: what was acknowledged is kept`
      );
  }
}
