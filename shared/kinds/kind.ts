import type { Propagation } from "../shard/propagation.ts";
import type { PartialShape } from "../shard/partialShape.ts";
import type { BackendName } from "../specification/backends.ts";
import type { CommonFields, CommonInput } from "../specification/commonFields.ts";
import type { Quantity } from "../specification/stoppingRuleInput.ts";
import type { Estimates } from "../statistics/estimate.ts";
import type { ReplicaSums } from "../statistics/replicaSums.ts";
import type { Run, Run__Output } from "../wire/generated/lyapunov/v1/Run.ts";
import type { ChartFields } from "../wire/pageJson.ts";
import type { ShardTask } from "../wire/generated/lyapunov/v1/ShardTask.ts";

/**
 * All that can change a run's answer, validated, with defaults filled in. Two runs of equal
 * specification have equal estimates, bit for bit. The fields that a kind adds to the common ones
 * are plain data, which `parse` can read back from JSON.
 */
export interface RunSpecification extends CommonFields {
  readonly kind: Kind;
}

/** A specification as it comes from outside; a kind reads further fields of its own. */
export interface RunInput extends CommonInput {
  /** The parameters of a kind that has no fields of its own in the contract. */
  readonly parameters?: unknown;
}

/**
 * A shard of a run: a specification, with a backend in place of `any`, and a contiguous range of its
 * replicas.
 */
export interface RunShard<Specification extends RunSpecification = RunSpecification> {
  readonly specification: Specification;
  readonly firstReplica: number;
  readonly replicaCount: number;
}

/** The estimates of a run, in the form of its message. */
export type EstimateFields = Pick<Run, "lyapunovExponent" | "variance" | "survivors" | "estimates">;

/** The summaries of a run at its checkpoints, in the form of its message. */
export type CheckpointFields = Pick<Run, "checkpoints" | "trainingCheckpoints">;

/** What follows from a run's estimates, in the form of its message. */
export type ConclusionFields = Pick<Run, "criticalGain" | "spread" | "chosenCandidate">;

/**
 * What a run computes. Engine, scheduler and ledger know a kind only through this interface. All
 * kinds share the rest: their partials are sums of observables at checkpoints, merged, hashed,
 * encoded and judged alike (replicaSums.ts, partialDigest.ts, partialProblem.ts), and a run stops
 * once the standard errors of its estimates are small enough (stoppingRule.ts).
 *
 * A kind is given only specifications that it has parsed itself, or those with one of their backends
 * in place of `any`.
 *
 * A new kind implements this interface, gets a name in the enumeration RunKind and a place in KINDS
 * (kinds.ts), and its shards get a ShardComputer (worker/pool/computers.ts). The coin in
 * test/support/coin is a small example.
 */
export interface Kind<Specification extends RunSpecification = RunSpecification> {
  /** The kind's name in JSON and in the ledger. */
  readonly name: string;
  /** Value of the enumeration RunKind: a name like `RUN_KIND_PROPAGATION`, or a nameless number. */
  readonly wireKind: string | number;
  /** The backends that compute runs of the kind; workers announce it with each of them. */
  readonly computedBy: readonly BackendName[];
  /** The quantities that the kind estimates. */
  readonly quantities: readonly Quantity[];

  /** @throws ValidationError naming every bad field by its path, for example `network.width`. */
  parse(input: RunInput): Specification;

  /** Replicas of every shard except perhaps the last; must not depend on the stopping rule. */
  shardSize(specification: Specification): number;
  /** Cost of a replica, comparable between all runs, for sizing leases and sharing the fleet. */
  replicaWork(specification: Specification): number;
  /** A key shared by the runs that a device works on at the same rate, in units of work. */
  rateKey(specification: Specification): string;

  /** The backends that can do a run: its own, or those of `any` that are able to. */
  backends(specification: Specification): readonly BackendName[];
  /**
   * What the tasks of all shards on one backend have in common, without the range of replicas.
   *
   * @throws RangeError if the backend is `any`
   */
  task(specification: Specification): ShardTask;
  /** The form that every partial of a backend must have. */
  partialShape(specification: Specification): PartialShape;
  /** The work in a number of replicas, for metrics. */
  propagation(specification: Specification, replicaCount: number): Propagation;
  /**
   * How far observables of one replica may be apart at a checkpoint's depth if two backends have
   * drawn it from the same stream.
   */
  tolerance(specification: Specification, depth: number): number;

  /**
   * What version 0.1 made of the request for a specification, if it was another: so that a request
   * which is repeated after an upgrade is known.
   */
  asReadByVersion01?(specification: Specification): Specification;

  /** The estimates that the stopping rule looks at; undefined while too little is known. */
  estimates(specification: Specification, sums: ReplicaSums): Estimates | undefined;

  /** Reads the input from a client's message. */
  inputFromMessage(run: Run__Output): RunInput;
  /** The fields of a run that follow from its specification. */
  specificationFields(specification: Specification): Run;
  /** The estimates of a run for clients; `sums` is undefined while nothing is known. */
  estimateFields(specification: Specification, sums: ReplicaSums | undefined): EstimateFields;
  /** What follows from the estimates, for clients; `sums` is undefined while nothing is known. */
  conclusionFields(specification: Specification, sums: ReplicaSums | undefined): ConclusionFields;
  /** The summaries at each checkpoint, for clients. */
  checkpointFields(specification: Specification, sums: ReplicaSums): CheckpointFields;
  /** What a run's page draws from its sums; `sums` is undefined while nothing is known. */
  chartFields(specification: Specification, sums: ReplicaSums | undefined): ChartFields;

  /** The kind's name; in JSON, a specification holds nothing else of its kind. */
  toJSON(): string;
}
