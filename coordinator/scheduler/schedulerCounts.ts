import { PropagationTally } from "../../shared/shard/propagationTally.ts";

/** Why a shard was leased: nobody had it, an attempt failed, one is slow, or it is to be checked. */
export type GrantKind = "first" | "again" | "copy" | "check";

/** What came of a partial; needless is that of a settled shard too, checks that agree included. */
export type PartialOutcome = "accepted" | "needless" | "disagreeing" | "impossible";

/** How often each thing happened in this scheduler's life, for metrics. */
export class SchedulerCounts {
  readonly leasesGranted: Record<GrantKind, number> = { first: 0, again: 0, copy: 0, check: 0 };
  leasesExpired = 0;
  readonly partials: Record<PartialOutcome, number> = {
    accepted: 0,
    needless: 0,
    disagreeing: 0,
    impossible: 0,
  };
  /** Partials that have become durable. */
  partialsRecorded = 0;
  /** Replicas of accepted partials, and the work in them. */
  readonly propagated = new PropagationTally();
}
