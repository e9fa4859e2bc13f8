import type { DeviceBackend } from "../../shared/specification/backends.ts";
import type { RunShard, RunSpecification } from "../../shared/kinds/kind.ts";
import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";
import type { RecordedShard, ShardDigest } from "../plan/recordedShard.ts";
import type { ProgressBeginning, RunProgress } from "./runProgress.ts";

/** A part of a worker that computes shards. */
export interface DeviceDescription {
  /** For people, such as the card's model; absent if the worker gives none. */
  readonly description?: string;
  readonly backends: readonly DeviceBackend[];
  /** Shards that the device computes at the same time. */
  readonly slotCount: number;
}

/** What the scheduler is told. It has no clock: each event comes with its time. */
export type SchedulerEvent =
  | {
      readonly kind: "run_submitted";
      readonly run: string;
      readonly specification: RunSpecification;
      /** The ledger's last fold, and the later shards whose partials stay in the ledger for now. */
      readonly beginning?: ProgressBeginning;
      /** Digests of the latest recorded shards. */
      readonly digests?: readonly ShardDigest[];
      /** Further shards of the run in the ledger, ordered by index. */
      readonly recorded: readonly RecordedShard[];
      /** True if somebody wants other generators to be tried, should the run's own be missing. */
      readonly isFreed?: boolean;
    }
  /** The answer to a `load` command. */
  | {
      readonly kind: "shards_loaded";
      readonly run: string;
      readonly load: number;
      /** Recorded shards from the one asked for on: at least one, at most as many as fit. */
      readonly shards: readonly RecordedShard[];
    }
  /** Stop working on runs that will be submitted again. */
  | { readonly kind: "runs_withdrawn"; readonly runs: readonly string[] }
  /** Stop working on runs for good; none of them gets what another of them leaves free. */
  | { readonly kind: "runs_cancelled"; readonly runs: readonly string[] }
  | {
      readonly kind: "worker_joined";
      readonly worker: string;
      readonly devices: readonly DeviceDescription[];
      /** Leases that the worker still holds from an earlier stream. */
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
  /** The worker's stream broke; the worker may come back. */
  | { readonly kind: "worker_disconnected"; readonly worker: string }
  /** The shard of a `record` command is durable. */
  | { readonly kind: "shard_recorded"; readonly run: string; readonly shardIndex: number }
  | { readonly kind: "tick" };

/** The event type of one kind. */
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
  /** The worker may forget these results, since they are durable or nobody needs them. */
  | { readonly kind: "acknowledge"; readonly worker: string; readonly leases: readonly number[] }
  /** The worker contradicted itself, or two workers that agree; it must never be asked again. */
  | { readonly kind: "quarantine"; readonly worker: string; readonly reason: string }
  /** Make the partial durable, then report `shard_recorded`. */
  | { readonly kind: "record"; readonly run: string; readonly shard: RecordedShard }
  /** The fold needs partials that are only in the ledger; read them and report `shards_loaded`. */
  | {
      readonly kind: "load";
      readonly run: string;
      /** The command's number, to be repeated in `shards_loaded`. */
      readonly load: number;
      readonly from: number;
    }
  /**
   * The run is withdrawn because these shards are in doubt, or of a generator that was given up.
   * Delete them durably, in one step, then submit the run again with what is left. Some of them may
   * never have become durable.
   */
  | {
      readonly kind: "retract";
      readonly run: string;
      readonly shards: readonly number[];
      /** The generator that was given up; undefined if the shards are in doubt. */
      readonly superseded: string | undefined;
      /** Why the shards do not count any more, for people. */
      readonly reason: string;
    }
  /** A partial is acknowledged though it does not count: its worker need not keep it. */
  | {
      readonly kind: "partial_refused";
      readonly run: string;
      readonly shardIndex: number;
      readonly worker: string;
      readonly reason: string;
      /** True if the partial is at fault, rather than late. */
      readonly isImpossible: boolean;
    }
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
  /** The worker's answer contradicts another; it may not be known yet which is right. */
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
