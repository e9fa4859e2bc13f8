import { status as Code } from "@grpc/grpc-js";

import { ApiError } from "../../shared/wire/errorDetails.ts";
import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { wireName } from "../../shared/wire/enumerations.ts";
import { DamagedRecord } from "../ledger/ledger.ts";

/** A run whose record is damaged, as clients see it: it has failed, and says why. */
export function damagedRunView({ resource, sweep = "", message }: DamagedRecord): Run {
  return failedRun(resource, sweep, message);
}

/** A run that the ledger cannot give back, and why. */
export interface LostRun {
  readonly name: string;
  readonly failure: Error;
}

/**
 * A run that a sweep names, and whose record is damaged or missing.
 *
 * @throws Error if it is lost for another reason
 */
export function lostRunView({ name, failure }: LostRun): Run {
  if (failure instanceof DamagedRecord) return damagedRunView(failure);
  if (!(failure instanceof ApiError) || failure.code !== Code.NOT_FOUND) throw failure;
  return failedRun(name, "", `${name} is missing in the ledger; submit it again`);
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
