import { DamagedFold, type Ledger, type RunRecord } from "../ledger/ledger.ts";
import type { RunSpecification } from "../../shared/kinds/kind.ts";
import { computedAlike, type Computation } from "../plan/computations.ts";
import type { Fold } from "../plan/fold.ts";
import type { RecordedShard, ShardDigest } from "../plan/recordedShard.ts";
import type { ProgressBeginning } from "../scheduler/runProgress.ts";
import { KEPT_DIGESTS } from "../scheduler/trust/runTrust.ts";
import { ShardPlan } from "../plan/shardPlan.ts";

/** In what portions a run of perhaps millions of shards is written to the ledger and read back. */
export interface Paging {
  /** Shards from one written fold to the next. */
  readonly shardsPerFold: number;
  /** Partials read at a time. */
  readonly partialsPerPage: number;
}

export const DEFAULT_PAGING: Paging = { shardsPerFold: 4096, partialsPerPage: 1024 };

/** A run's work in the ledger, as the scheduler resumes it. */
export interface StoredWork {
  readonly beginning: ProgressBeginning;
  readonly digests: readonly ShardDigest[];
  readonly recorded: readonly RecordedShard[];
  /** True if the run need not wait for the generator of its shards. */
  readonly isFreed?: boolean;
}

/** The stored work of a run that was just created. */
export const NO_WORK: StoredWork = { beginning: {}, digests: [], recorded: [] };

/** The ledger has partials outside the run's plan, written by another version. */
export class ForeignShard extends Error {
  override readonly name = "ForeignShard";

  constructor(what: string) {
    super(
      `${what} in the ledger does not fit this version's plan; ` +
        `finish the run with the version that began it, or submit it again`,
    );
  }
}

/**
 * Reads a run's last fold, the partials that come next, and the ranges of further ones.
 *
 * @throws ForeignShard, DamagedShards, DamagedFold
 */
export async function readWork(
  ledger: Ledger,
  record: RunRecord,
  paging: Paging,
): Promise<StoredWork> {
  const { name, specification } = record;
  const plan = new ShardPlan(specification);
  const fold = await ledger.fold(name);
  const from = fold?.shardCount ?? 0;
  if (fold !== undefined && fold.sums.replicaCount !== plan.replicasIn({ first: 0, end: from })) {
    throw new ForeignShard(`the fold of the first ${from} shards`);
  }
  // The last folded partial is read too, since it knows the run's generator.
  const page = await readShards(ledger, record, Math.max(0, from - 1), paging);
  const recorded = page.filter(({ shardIndex }) => shardIndex >= from);
  const next = (recorded.at(-1)?.shardIndex ?? from - 1) + 1;
  const stored = await ledger.shardRanges(name, next);
  if ((stored.at(-1)?.end ?? 0) > plan.shardCount) {
    // A damaged index may lie anywhere; reading the shards tells which ones are foreign.
    await readShards(ledger, record, plan.shardCount, paging);
    throw new ForeignShard("the last shard");
  }
  const digests = await ledger.digests(name, KEPT_DIGESTS);
  let generator = page[0]?.partial.generator;
  if (fold !== undefined) generator ??= await generatorOf(ledger, name);
  if (fold !== undefined && generator === undefined) {
    throw new DamagedFold(name, 0, "no partial is left that tells what computed it");
  }
  const whole = fold && { ...fold, computations: computationsOf(fold, specification, generator) };
  return { beginning: { fold: whole, stored, generator }, digests, recorded };
}

/** Who computed a fold. Earlier versions did not say, and all of their partials were alike. */
function computationsOf(
  { computations, shardCount, sums }: Fold,
  { backend }: RunSpecification,
  generator = "",
): readonly Computation[] {
  const { replicaCount } = sums;
  return computations ?? computedAlike({ backend, generator, shardCount, replicaCount });
}

/** The generator of the first partial that there is. @throws DamagedShards */
async function generatorOf(ledger: Ledger, run: string): Promise<string | undefined> {
  for await (const { partial } of ledger.shards(run)) return partial.generator;
  return undefined;
}

/**
 * Reads a page of recorded shards from an index on, ascending.
 *
 * @throws ForeignShard, DamagedShards
 */
export async function readShards(
  ledger: Ledger,
  { name, specification }: RunRecord,
  from: number,
  { partialsPerPage }: Paging,
): Promise<RecordedShard[]> {
  const plan = new ShardPlan(specification);
  const shards: RecordedShard[] = [];
  for await (const shard of ledger.shards(name, from)) {
    if (!plan.holds(shard)) throw new ForeignShard(`shard ${shard.shardIndex}`);
    shards.push(shard);
    if (shards.length === partialsPerPage) break;
  }
  return shards;
}
