import type { Insertable, Selectable } from "kysely";

import type { RunInput, RunSpecification } from "../../shared/kinds/kind.ts";
import type { Kinds } from "../../shared/kinds/kinds.ts";
import { hasEnded, parseRunState } from "../../shared/wire/runStates.ts";
import type { RecordedShard } from "../plan/recordedShard.ts";
import type { Computation } from "../plan/computations.ts";
import type { Fold } from "../plan/fold.ts";
import {
  FOLD_COLUMNS,
  isSealed,
  PARTIAL_COLUMNS,
  REQUEST_COLUMNS,
  RUN_COLUMNS,
  sealed,
  SWEEP_COLUMNS,
  textIn,
} from "./checksums.ts";
import {
  DamagedRecord,
  UnknownKind,
  type RequestRecord,
  type RunRecord,
  type SweepRecord,
} from "./ledger.ts";
import {
  checksumIn,
  CorruptRecord,
  decodePartial,
  decodeSums,
  encodePartial,
  encodeSums,
} from "./partialRecord.ts";
import { reasonOf } from "../../shared/wire/reason.ts";
import type { FoldsTable, PartialsTable, RequestsTable, RunsTable, SweepsTable } from "./schema.ts";

const WRONG_CHECKSUM = "its checksum is wrong";
const RUN_REMEDY =
  "submit the run again, or stop the coordinator and restore the ledger from a copy";

export function runToRow(run: RunRecord): Insertable<RunsTable> {
  const { outcome } = run;
  const row = {
    name: run.name,
    state: run.state,
    ended: hasEnded(run.state) ? 1 : 0,
    revision: run.revision,
    error: run.error,
    client: run.client,
    sweep: run.sweep ?? null,
    create_time: run.createTime,
    end_time: run.endTime ?? null,
    kind: run.specification.kind.name,
    specification: specificationToJson(run.specification),
    outcome_shard_count: outcome?.shardCount ?? null,
    outcome_disagreement_count: outcome?.disagreementCount ?? null,
    outcome_sums: outcome === undefined ? null : encodeSums(outcome.sums),
    outcome_computations: computationsToJson(outcome?.computations),
  };
  return sealed(row, RUN_COLUMNS);
}

/**
 * Reads a run as untrusted input: another version or a person may have written it.
 *
 * @throws UnknownKind; DamagedRecord
 */
export function runFromRow(row: Selectable<RunsTable>, kinds: Kinds): RunRecord {
  const name = textIn(row.name);
  const sweep = row.sweep === null ? undefined : textIn(row.sweep);
  if (!isSealed(row, RUN_COLUMNS)) {
    throw new DamagedRecord(name, WRONG_CHECKSUM, { remedy: RUN_REMEDY, sweep });
  }
  const kind = kinds.named(row.kind);
  if (kind === undefined) {
    throw new UnknownKind(
      `${row.name} is of the kind '${row.kind}', which this coordinator does not know; ` +
        `start a version of it that does`,
    );
  }
  try {
    return {
      name,
      specification: kind.parse(JSON.parse(row.specification) as RunInput),
      state: parseRunState(row.state),
      error: row.error,
      client: row.client,
      ...(sweep !== undefined && { sweep }),
      createTime: row.create_time,
      ...(row.end_time !== null && { endTime: row.end_time }),
      revision: row.revision,
      ...(row.outcome_sums !== null && {
        outcome: {
          shardCount: row.outcome_shard_count ?? 0,
          sums: decodeSums(row.outcome_sums),
          ...computationsFromJson(row.outcome_computations),
          disagreementCount: row.outcome_disagreement_count ?? 0,
        },
      }),
    };
  } catch (error) {
    throw new DamagedRecord(name, reasonOf(error), {
      remedy: RUN_REMEDY,
      sweep,
      cause: error,
    });
  }
}

export function sweepToRow(sweep: SweepRecord): Insertable<SweepsTable> {
  const row = {
    name: sweep.name,
    display_name: sweep.displayName,
    create_time: sweep.createTime,
    runs: JSON.stringify(sweep.runs),
  };
  return sealed(row, SWEEP_COLUMNS);
}

/** Reads a sweep; undefined if the row is damaged. */
export function sweepFromRow(row: Selectable<SweepsTable>): SweepRecord | undefined {
  if (!isSealed(row, SWEEP_COLUMNS)) return undefined;
  return {
    name: row.name,
    displayName: row.display_name,
    createTime: row.create_time,
    runs: JSON.parse(row.runs) as string[],
  };
}

export function requestToRow(request: RequestRecord): Insertable<RequestsTable> {
  const { requestId, fingerprint, resource } = request;
  return sealed({ request_id: requestId, fingerprint, resource }, REQUEST_COLUMNS);
}

/** @throws DamagedRecord */
export function requestFromRow(row: Selectable<RequestsTable>): RequestRecord {
  if (!isSealed(row, REQUEST_COLUMNS)) {
    throw new DamagedRecord(`the request id '${row.request_id}'`, WRONG_CHECKSUM, {
      remedy:
        "list the runs for what it has created, or give another request id " +
        "(a command with a cluster inside: another --ledger)",
    });
  }
  return { requestId: row.request_id, fingerprint: row.fingerprint, resource: row.resource };
}

export function shardToRow(run: string, shard: RecordedShard): Insertable<PartialsTable> {
  const partial = encodePartial(shard.partial);
  const row = {
    run,
    shard_index: shard.shardIndex,
    digest: shard.digest,
    partial,
    partial_checksum: checksumIn(partial),
  };
  return sealed(row, PARTIAL_COLUMNS);
}

/** Whether a partial's place and digest are as they were written, for all that is known. */
export function isPlaced(row: Omit<Selectable<PartialsTable>, "partial">): boolean {
  // Earlier versions wrote no checksums.
  return row.checksum === null ? row.partial_checksum === null : isSealed(row, PARTIAL_COLUMNS);
}

/** @throws CorruptRecord naming the shard and what is wrong with it */
export function shardFromRow(row: Selectable<PartialsTable>): RecordedShard {
  return named(`shard ${row.shard_index} of ${row.run}`, () => {
    if (!isPlaced(row)) throw new CorruptRecord(WRONG_CHECKSUM);
    const { partial_checksum: checksum } = row;
    if (checksum !== null && checksum !== checksumIn(row.partial)) {
      throw new CorruptRecord("it is another partial");
    }
    return {
      shardIndex: row.shard_index,
      partial: decodePartial(row.partial),
      digest: row.digest,
    };
  });
}

export function foldToRow(
  run: string,
  { shardCount, sums, computations }: Fold,
): Insertable<FoldsTable> {
  const row = {
    run,
    shard_count: shardCount,
    sums: encodeSums(sums),
    computations: computationsToJson(computations),
  };
  return sealed(row, FOLD_COLUMNS);
}

function computationsToJson(computations: readonly Computation[] | undefined): string | null {
  return computations === undefined ? null : JSON.stringify(computations);
}

/** Reads what a row whose checksum is right has; it was written as it is. */
function computationsFromJson(cell: string | null): Pick<Fold, "computations"> {
  return cell === null ? {} : { computations: JSON.parse(cell) as readonly Computation[] };
}

/** @throws CorruptRecord naming the run and what is wrong with it */
export function foldFromRow(row: Selectable<FoldsTable>): Fold {
  return named(`the fold of ${row.run}`, () => {
    if (row.checksum !== null && !isSealed(row, FOLD_COLUMNS)) {
      throw new CorruptRecord(WRONG_CHECKSUM);
    }
    return {
      shardCount: row.shard_count,
      sums: decodeSums(row.sums),
      ...computationsFromJson(row.computations),
    };
  });
}

function specificationToJson(specification: RunSpecification): string {
  const { kind: _kind, seed, stoppingRule, ...rest } = specification;
  const input: RunInput = {
    // These include the fields of its kind.
    ...rest,
    seed: String(seed),
    stoppingRule:
      stoppingRule.kind === "replicas"
        ? { replicaCount: stoppingRule.replicaCount }
        : { precision: stoppingRule.precision },
  };
  return JSON.stringify(input);
}

function named<Result>(what: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw new CorruptRecord(`${what} cannot be read from the ledger: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}
