import { isDeepStrictEqual } from "node:util";

import type { RunRecord } from "../../../../coordinator/ledger/ledger.ts";
import { encodePartial, encodeSums } from "../../../../coordinator/ledger/partialRecord.ts";
import { shardFromRow } from "../../../../coordinator/ledger/records.ts";
import { ShardPlan } from "../../../../coordinator/plan/shardPlan.ts";
import type { RunSpecification } from "../../../../shared/kinds/kind.ts";
import type { ReplicaSums } from "../../../../shared/statistics/replicaSums.ts";
import type { StoppingRule } from "../../../../shared/specification/stoppingRule.ts";
import { hasEnded, type RunState } from "../../../../shared/wire/runStates.ts";
import { PrefixFold } from "../prefixFold.ts";
import type { Deliveries } from "./deliveries.ts";
import type { AskedOfSweep, CommitChecks, DurableRecord, DurableShard } from "./durableRecord.ts";
import type { Findings } from "./findings.ts";
import type { RequestRow, RunRow, SweepRow, Tables } from "./tables.ts";

/** States that may follow each state in the ledger; a commit may skip those in between. */
const FOLLOWERS: Readonly<Record<RunState, readonly RunState[]>> = {
  QUEUED: ["RUNNING", "CANCELLING", "CANCELLED", "SUCCEEDED", "FAILED"],
  RUNNING: ["CANCELLING", "CANCELLED", "SUCCEEDED", "FAILED"],
  CANCELLING: ["CANCELLED"],
  SUCCEEDED: [],
  FAILED: [],
  CANCELLED: [],
};

/** Checks what must be true of a ledger at every commit: a kill may follow any of them. */
export class CommitInvariants implements CommitChecks {
  readonly #findings: Findings;
  readonly #deliveries: Deliveries;
  readonly #plans = new WeakMap<RunSpecification, ShardPlan>();

  constructor(findings: Findings, deliveries: Deliveries) {
    this.#findings = findings;
    this.#deliveries = deliveries;
  }

  shard(record: DurableRecord, { run, shardIndex, digest, earlier }: DurableShard): void {
    this.#findings.demand(
      earlier === undefined || earlier === digest || record.wasDeleted(run, shardIndex),
      "a partial is recorded once",
      () => `${run}#${shardIndex} is another than before, and was not deleted`,
    );
  }

  deletion(record: DurableRecord, run: string, shardIndex: number): void {
    this.#findings.demand(
      !record.shards(run).has(shardIndex),
      "what was deleted is gone",
      () => `${run}#${shardIndex} is still there`,
    );
  }

  run(record: DurableRecord, name: string): void {
    const { specification } = record.run(name) as RunRecord;
    const plan = this.#plans.get(specification) ?? new ShardPlan(specification);
    this.#plans.set(specification, plan);
    for (const [shardIndex, digest] of record.shards(name)) {
      const partial = this.#deliveries.partial(digest);
      this.#findings.demand(
        partial !== undefined && plan.holds({ shardIndex, partial }),
        "what is recorded was delivered, and is of the run's plan",
        () => `${name}#${shardIndex} is not`,
      );
    }
  }

  /** Checks a run whose record changed since the commit before. */
  changed(record: DurableRecord, now: RunRecord, earlier: RunRecord | undefined): void {
    const { name, state, revision } = now;
    this.#checkOutcome(record, now);
    if (earlier === undefined) {
      this.#findings.demand(state === "QUEUED", "a run begins queued", () => `${name}: ${state}`);
      return;
    }
    this.#findings.demand(
      revision > earlier.revision,
      "a record goes forward alone",
      () => `${name} from revision ${earlier.revision} to ${revision}`,
    );
    const goesOn = state === "QUEUED" && record.wasExtended(name);
    this.#findings.demand(
      FOLLOWERS[earlier.state].includes(state) || (goesOn && earlier.state !== "CANCELLING"),
      "a run goes through its states in order",
      () => `${name} from ${earlier.state} to ${state}`,
    );
  }

  /** Checks that an ended run's outcome is the fold of what is in the ledger, to the last bit. */
  #checkOutcome(
    record: DurableRecord,
    { name, specification, state, error, outcome }: RunRecord,
  ): void {
    if (!hasEnded(state)) return;
    const count = outcome?.shardCount ?? 0;
    const shards = record.shards(name);
    const fold = new PrefixFold(specification);
    fold.extend((shardIndex) => {
      const digest = shardIndex < count ? shards.get(shardIndex) : undefined;
      return digest === undefined ? undefined : this.#deliveries.partial(digest);
    });
    const what = `${name} has ended ${state} with ${count} shards`;
    this.#findings.demand(
      fold.shardCount === count && bitsOf(fold.sums).equals(bitsOf(outcome?.sums)),
      "the estimate is the fold of what is durable",
      () => `${what}, of which ${fold.shardCount} make the fold`,
    );
    this.#findings.demand(
      fold.met === (state === "SUCCEEDED") || state === "CANCELLED",
      "a run succeeds exactly at the shortest prefix that meets its rule",
      () => what,
    );
    this.#findings.demand(
      (error !== "") === (state === "FAILED"),
      "a run that failed says why, and no other",
      () => `${what}: '${error}'`,
    );
  }

  /** Checks that everything was created under a request id: clients here always give one. */
  whole(
    record: DurableRecord,
    rows: readonly RunRow[],
    sweeps: readonly SweepRow[],
    requests: readonly RequestRow[],
  ): void {
    const runs = new Set(rows.map(({ name }) => name));
    const alone = rows.filter(({ sweep }) => sweep === null);
    const created = new Set([...alone, ...sweeps].map(({ name }) => name));
    const asked = new Set(requests.map(({ resource }) => resource));
    const inSweeps = new Set(sweeps.flatMap((sweep) => JSON.parse(sweep.runs) as string[]));
    this.#findings.demand(
      created.symmetricDifference(asked).size === 0 &&
        inSweeps.isSubsetOf(runs) &&
        runs.size === alone.length + inSweeps.size &&
        new Set(record.runs).isSubsetOf(runs),
      "a creation is durable as a whole or not at all",
      () => `asked for ${[...asked].join(" ")}, there are ${[...created, ...runs].join(" ")}`,
    );
    for (const request of record.askedOfSweeps) {
      const [done, undone] = sides(record, request);
      this.#findings.demand(
        done.length === 0 || undone.length === 0,
        "a sweep is cancelled or extended as a whole or not at all",
        () => `${done.join(" ")} of ${request.sweep}, and not ${undone.join(" ")}`,
      );
    }
  }

  /** Checks at the end that every partial is what was delivered. */
  bits(tables: Tables): void {
    for (const row of tables.partials()) {
      const { shardIndex, partial, digest } = shardFromRow(row);
      const delivered = this.#deliveries.partial(digest);
      this.#findings.demand(
        delivered !== undefined && encodePartial(partial).equals(encodePartial(delivered)),
        "what is read is what was written",
        () => `${row.run}#${shardIndex} is not what was recorded`,
      );
    }
  }
}

/**
 * The runs of a sweep to which was done what was asked of the sweep, and the others. Runs are on
 * neither side that somebody asked for the same alone, or that were like that from the start.
 */
function sides(record: DurableRecord, { sweep, rule }: AskedOfSweep): [string[], string[]] {
  const [done, undone]: [string[], string[]] = [[], []];
  const reaches = ({ specification }: RunRecord) =>
    isDeepStrictEqual(definedOf(specification.stoppingRule), rule && definedOf(rule));
  for (const run of record.runsOf(sweep)) {
    const history = record.history(run);
    if (record.wasAskedAlone(run, rule) || history.slice(0, 1).some(reaches)) continue;
    // What has ended already cannot be cancelled, and is as good as that.
    if (rule === undefined && history.some(({ state }) => state === "CANCELLED")) done.push(run);
    else if (rule === undefined && !history.some(({ state }) => hasEnded(state))) undone.push(run);
    else if (rule !== undefined) (history.some(reaches) ? done : undone).push(run);
  }
  return [done, undone];
}

function definedOf(rule: StoppingRule): unknown {
  return JSON.parse(JSON.stringify(rule));
}

function bitsOf(sums: ReplicaSums | undefined): Buffer {
  return sums === undefined ? Buffer.alloc(0) : encodeSums(sums);
}
