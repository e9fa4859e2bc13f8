import type { DeviceBackend } from "../../shared/specification/backends.ts";
import type { RunShard, RunSpecification } from "../../shared/kinds/kind.ts";
import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";
import type { RecordedShard, ShardDigest } from "../plan/recordedShard.ts";
import type { ProgressBeginning, RunProgress } from "./runProgress.ts";

/** Something that propagates shards inside a worker. */
export interface DeviceDescription {
  readonly backends: readonly DeviceBackend[];
  /** Shards propagated at the same time. */
  readonly slotCount: number;
}

/** What the scheduler is told. Times come with the event; the scheduler has no clock. */
export type SchedulerEvent =
  | {
      readonly kind: "run_submitted";
      readonly run: string;
      readonly specification: RunSpecification;
      /** Where the ledger's last fold was, and what is left there for now. */
      readonly beginning?: ProgressBeginning;
      /** Digests of the latest shards that the ledger has. */
      readonly digests?: readonly ShardDigest[];
      /** Further shards that the ledger has of it already, in order of their indexes. */
      readonly recorded: readonly RecordedShard[];
    }
  /** What a `load` command asked for. */
  | {
      readonly kind: "shards_loaded";
      readonly run: string;
      readonly load: number;
      /** Recorded shards from there on, as many as the reader likes, but one. */
      readonly shards: readonly RecordedShard[];
    }
  /** Stop working on a run that is about to be submitted anew. */
  | { readonly kind: "run_withdrawn"; readonly run: string }
  /** Stop working on a run for good. */
  | { readonly kind: "run_cancelled"; readonly run: string }
  | {
      readonly kind: "worker_joined";
      readonly worker: string;
      readonly devices: readonly DeviceDescription[];
      /** Leases of an earlier stream that it still holds. */
      readonly heldLeases: readonly number[];
    }
  | { readonly kind: "heartbeat"; readonly worker: string; readonly heldLeases: readonly number[] }
  | {
      readonly kind: "shard_result";
      readonly worker: string;
      readonly lease: number;
      readonly run: string;
      readonly shardIndex: number;
      readonly partial: ShardPartial;
      readonly digest: string;
      readonly computeSeconds: number;
    }
  | {
      readonly kind: "shard_failed";
      readonly worker: string;
      readonly lease: number;
      readonly error: string;
    }
  | {
      readonly kind: "worker_draining";
      readonly worker: string;
      readonly returnedLeases: readonly number[];
    }
  /** The worker's stream broke; it may come back. */
  | { readonly kind: "worker_disconnected"; readonly worker: string }
  /** A `record` command is durable. */
  | { readonly kind: "shard_recorded"; readonly run: string; readonly shardIndex: number }
  | { readonly kind: "tick" };

/** The event of a kind. */
export type EventOf<Kind extends SchedulerEvent["kind"]> = Extract<SchedulerEvent, { kind: Kind }>;

/** A shard attempt handed to a worker until a deadline. */
export interface GrantedLease {
  readonly id: number;
  readonly run: string;
  readonly shardIndex: number;
  readonly attempt: number;
  readonly deviceIndex: number;
  readonly task: RunShard;
}

/** What the scheduler wants done. */
export type SchedulerCommand =
  | { readonly kind: "grant"; readonly worker: string; readonly leases: readonly GrantedLease[] }
  | { readonly kind: "revoke"; readonly worker: string; readonly leases: readonly number[] }
  /** The worker may forget these results: they are durable, or nobody needs them. */
  | { readonly kind: "acknowledge"; readonly worker: string; readonly leases: readonly number[] }
  /** The worker contradicted itself, or two that agree, and must never be asked again. */
  | { readonly kind: "quarantine"; readonly worker: string; readonly reason: string }
  /** Make the partial durable, then say `shard_recorded`. */
  | { readonly kind: "record"; readonly run: string; readonly shard: RecordedShard }
  /** The fold has come to partials that are only in the ledger: read them, then `shards_loaded`. */
  | {
      readonly kind: "load";
      readonly run: string;
      /** To be said with what was read: each further one has the next. */
      readonly load: number;
      readonly from: number;
    }
  /**
   * The run is withdrawn, for nobody knows whether these shards are right: make their deletion
   * durable, then submit the run anew with what is left. One that was never durable may be named.
   */
  | { readonly kind: "retract"; readonly run: string; readonly shards: readonly number[] }
  | { readonly kind: "run_started"; readonly run: string }
  | { readonly kind: "run_advanced"; readonly run: string }
  | {
      readonly kind: "run_succeeded";
      readonly run: string;
      readonly progress: RunProgress;
      readonly disagreementCount: number;
    }
  | {
      readonly kind: "run_failed";
      readonly run: string;
      readonly progress: RunProgress;
      readonly disagreementCount: number;
      readonly error: string;
    }
  /** The worker's answer contradicts another: who is right may not be known yet. */
  | {
      readonly kind: "disagreement";
      readonly run: string;
      readonly shardIndex: number;
      readonly worker: string;
    }
  | {
      readonly kind: "shard_parked";
      readonly run: string;
      readonly shardIndex: number;
      readonly error: string;
    };
