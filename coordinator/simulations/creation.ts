import { status as Code } from "@grpc/grpc-js";
import type { Logger } from "pino";

import { ApiError } from "../../shared/wire/errorDetails.ts";
import type { Engine } from "../engine/engine.ts";
import { OutcomeUnknown, type Ledger, type RunRecord, type SweepRecord } from "../ledger/ledger.ts";
import type { Admission } from "./admission.ts";
import type { Fingerprints } from "./fingerprint.ts";

/** New runs, and the sweep that they make up, under the id of the request for them. */
export interface Creation {
  /** Repeated by a client that is not sure; empty: the request is not meant to be repeated. */
  readonly requestId: string;
  /** See fingerprintsOf. */
  readonly fingerprints: Fingerprints;
  /** The name that the request id stands for from now on. */
  readonly resource: string;
  readonly runs: readonly RunRecord[];
  readonly sweep?: SweepRecord;
}

interface CreationParts {
  readonly engine: Pick<Engine, "submit" | "fail">;
  readonly ledger: Pick<Ledger, "transact">;
  readonly log: Logger;
}

/**
 * Writes the records and starts the runs; returns the resource that the request id stands for, which
 * an earlier request with the same content may have created. Creations must not overlap.
 *
 * @throws ApiError if the client may not have the runs, or the request id stands for other content
 */
export async function create(
  { engine, ledger, log }: CreationParts,
  { requestId, fingerprints, resource, runs, sweep }: Creation,
  admission: Admission,
): Promise<string> {
  const asked = runs.map(({ name, specification: { stoppingRule } }) => ({ name, stoppingRule }));
  const writing = ledger.transact(async (transaction) => {
    const known = requestId === "" ? undefined : await transaction.request(requestId);
    if (known !== undefined) return known;
    admission.check(asked);
    for (const run of runs) await transaction.putRun(run);
    if (sweep !== undefined) await transaction.putSweep(sweep);
    const { fingerprint } = fingerprints;
    if (requestId !== "") await transaction.putRequest({ requestId, fingerprint, resource });
    return undefined;
  });
  const earlier = await writing.catch((error: unknown) => {
    if (error instanceof OutcomeUnknown) engine.fail(error);
    throw error;
  });
  if (earlier === undefined) {
    admission.enter(asked);
    for (const run of runs) engine.submit(run);
    log.info({ resource, runs: runs.length }, "created");
    return resource;
  }
  if (Object.values(fingerprints).includes(earlier.fingerprint)) return earlier.resource;
  throw new ApiError(
    Code.ALREADY_EXISTS,
    "REQUEST_ID_REUSED",
    `request_id '${requestId}' was used for another request, which created ` +
      `${earlier.resource}; use a fresh one`,
  );
}
