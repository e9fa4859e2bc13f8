import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { wireName } from "../../shared/wire/enumerations.ts";
import type { DamagedRecord } from "../ledger/ledger.ts";

/** A run whose record is damaged, as clients see it: it has failed, and says why. */
export function damagedRunView({ resource, sweep = "", message }: DamagedRecord): Run {
  return failedRun(resource, sweep, message);
}

/** A run that its sweep names and that the ledger does not have any more. */
export function missingRunView(name: string, sweep: string): Run {
  return failedRun(name, sweep, `${name} is missing in the ledger; submit it again`);
}

/** A run of which nothing is known but its name. */
function failedRun(name: string, sweep: string, error: string): Run {
  return {
    name,
    sweep,
    error,
    state: wireName("state", "FAILED"),
    progress: {},
    etag: "damaged",
  };
}
