import type { Insertable, Selectable } from "kysely";

import type { RunInput, RunSpecification } from "../../shared/kinds/kind.ts";
import type { Kinds } from "../../shared/kinds/kinds.ts";
import { hasEnded, parseRunState } from "../../shared/wire/runStates.ts";
import type { RecordedShard } from "../plan/recordedShard.ts";
import type { Fold } from "../plan/fold.ts";
import { UnknownKind, type RunRecord, type SweepRecord } from "./ledger.ts";
import {
  CorruptRecord,
  decodePartial,
  decodeSums,
  encodePartial,
  encodeSums,
} from "./partialRecord.ts";
import type { FoldsTable, PartialsTable, RunsTable, SweepsTable } from "./schema.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

export function runToRow(run: RunRecord): Insertable<RunsTable> {
  const { outcome } = run;
  return {
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
  };
}

/**
 * Reads a run as untrusted input: another version or a person may have written it.
 *
 * @throws UnknownKind; CorruptRecord naming the run and what is wrong with it
 */
export function runFromRow(row: Selectable<RunsTable>, kinds: Kinds): RunRecord {
  const kind = kinds.named(row.kind);
  if (kind === undefined) {
    throw new UnknownKind(
      `${row.name} is of the kind '${row.kind}', which this coordinator does not know; ` +
        `start a version of it that does`,
    );
  }
  return named(row.name, () => ({
    name: row.name,
    specification: kind.parse(JSON.parse(row.specification) as RunInput),
    state: parseRunState(row.state),
    error: row.error,
    client: row.client,
    ...(row.sweep !== null && { sweep: row.sweep }),
    createTime: row.create_time,
    ...(row.end_time !== null && { endTime: row.end_time }),
    revision: row.revision,
    ...(row.outcome_sums !== null && {
      outcome: {
        shardCount: row.outcome_shard_count ?? 0,
        sums: decodeSums(row.outcome_sums),
        disagreementCount: row.outcome_disagreement_count ?? 0,
      },
    }),
  }));
}

export function sweepToRow(sweep: SweepRecord): Insertable<SweepsTable> {
  return {
    name: sweep.name,
    display_name: sweep.displayName,
    create_time: sweep.createTime,
    runs: JSON.stringify(sweep.runs),
  };
}

/** @throws CorruptRecord naming the sweep and what is wrong with it */
export function sweepFromRow(row: Selectable<SweepsTable>): SweepRecord {
  return named(row.name, () => ({
    name: row.name,
    displayName: row.display_name,
    createTime: row.create_time,
    runs: JSON.parse(row.runs) as string[],
  }));
}

export function shardToRow(run: string, shard: RecordedShard): Insertable<PartialsTable> {
  return {
    run,
    shard_index: shard.shardIndex,
    digest: shard.digest,
    partial: encodePartial(shard.partial),
  };
}

/** @throws CorruptRecord naming the shard and what is wrong with it */
export function shardFromRow(row: Selectable<PartialsTable>): RecordedShard {
  return named(`shard ${row.shard_index} of ${row.run}`, () => ({
    shardIndex: row.shard_index,
    partial: decodePartial(row.partial),
    digest: row.digest,
  }));
}

export function foldToRow(run: string, { shardCount, sums }: Fold): Insertable<FoldsTable> {
  return { run, shard_count: shardCount, sums: encodeSums(sums) };
}

/** @throws CorruptRecord naming the run and what is wrong with it */
export function foldFromRow(row: Selectable<FoldsTable>): Fold {
  return named(`the fold of ${row.run}`, () => ({
    shardCount: row.shard_count,
    sums: decodeSums(row.sums),
  }));
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
