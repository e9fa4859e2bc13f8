import { PropagationTally } from "../../shared/shard/propagationTally.ts";

/** Why a shard was leased: it was new, an attempt failed, an attempt is slow, or for a check. */
export type GrantKind = "first" | "again" | "copy" | "check";

/** What came of a partial; one for a settled shard is needless, even a check that agrees. */
export type PartialOutcome = "accepted" | "needless" | "disagreeing" | "impossible";

/** What this scheduler has counted since it began, for metrics. */
export class SchedulerCounts {
  readonly leasesGranted: Record<GrantKind, number> = { first: 0, again: 0, copy: 0, check: 0 };
  leasesExpired = 0;
  readonly partials: Record<PartialOutcome, number> = {
    accepted: 0,
    needless: 0,
    disagreeing: 0,
    impossible: 0,
  };
  /** Partials that became durable. */
  partialsRecorded = 0;
  /** Replicas in accepted partials, and their work. */
  readonly propagated = new PropagationTally();
}
