import type { Propagation } from "../shard/propagation.ts";
import type { PartialShape } from "../shard/partialShape.ts";
import type { CommonFields, CommonInput } from "../specification/commonFields.ts";
import type { Quantity } from "../specification/stoppingRuleInput.ts";
import type { Estimates } from "../statistics/estimate.ts";
import type { ReplicaSums } from "../statistics/replicaSums.ts";
import type { CheckpointEstimate } from "../wire/generated/lyapunov/v1/CheckpointEstimate.ts";
import type { Run, Run__Output } from "../wire/generated/lyapunov/v1/Run.ts";
import type { ChartFields } from "../wire/pageJson.ts";
import type { ShardTask } from "../wire/generated/lyapunov/v1/ShardTask.ts";

/**
 * Everything that can change a run's answer, validated and with every default filled in. Two runs
 * of equal specification have equal estimates, bit for bit. What a kind asks for beyond the common
 * fields is plain data, of which `parse` reads back what JSON has made.
 */
export interface RunSpecification extends CommonFields {
  readonly kind: Kind;
}

/** A specification as it comes from outside; a kind reads fields of its own beside these. */
export interface RunInput extends CommonInput {
  /** What is asked of a kind that has no fields of its own in the contract. */
  readonly parameters?: unknown;
}

/** A shard of a run: a contiguous range of the replicas of a specification. */
export interface RunShard<Specification extends RunSpecification = RunSpecification> {
  readonly specification: Specification;
  readonly firstReplica: number;
  readonly replicaCount: number;
}

/** The estimates of a run, as a message has them. */
export type EstimateFields = Pick<Run, "lyapunovExponent" | "variance" | "survivors" | "estimates">;

/**
 * What a run computes. Engine, scheduler and ledger know of it what is said here and nothing else.
 * What all kinds have in common is elsewhere, once: partials are sums of observables at checkpoints,
 * merged, hashed, encoded and judged alike (replicaSums.ts, partialDigest.ts, partialProblem.ts), and
 * a run stops once the standard errors of its estimates are small enough (stoppingRule.ts).
 *
 * A kind is only ever handed specifications that it has parsed itself.
 */
export interface Kind<Specification extends RunSpecification = RunSpecification> {
  /** Name in JSON and in the ledger. */
  readonly name: string;
  /** Value of the enumeration RunKind: a name such as `RUN_KIND_PROPAGATION`, or a number without one. */
  readonly wireKind: string | number;
  /** What it estimates. */
  readonly quantities: readonly Quantity[];

  /** @throws ValidationError naming every field at fault, as paths such as `network.width`. */
  parse(input: RunInput): Specification;

  /** Replicas of every shard but perhaps the last: a function of all but the stopping rule. */
  shardSize(specification: Specification): number;
  /** Cost of a replica, comparable between all runs: for sizing leases and sharing the fleet. */
  replicaWork(specification: Specification): number;
  /** Runs that a device works on at one rate, in units of work, have one key. */
  rateKey(specification: Specification): string;

  /** What the tasks of all shards of a run have in common; the range of replicas is added to it. */
  task(specification: Specification): ShardTask;
  /** What a partial has to be like to be possible. */
  partialShape(specification: Specification): PartialShape;
  /** What so many replicas amount to, for metrics. */
  propagation(specification: Specification, replicaCount: number): Propagation;

  /** Estimates that the stopping rule looks at; undefined while too little is known. */
  estimates(specification: Specification, sums: ReplicaSums): Estimates | undefined;

  /** What a client asked for. */
  inputFromMessage(run: Run__Output): RunInput;
  /** The fields of a run that its specification decides. */
  specificationFields(specification: Specification): Run;
  /** The estimates of a run for clients; undefined sums: nothing is known yet. */
  estimateFields(specification: Specification, sums: ReplicaSums | undefined): EstimateFields;
  /** What is known at each checkpoint, for clients. */
  checkpointFields(specification: Specification, sums: ReplicaSums): CheckpointEstimate[];
  /** What a run's page draws of its sums; undefined sums: nothing is known yet. */
  chartFields(specification: Specification, sums: ReplicaSums | undefined): ChartFields;

  /** The name: a specification in JSON says of its kind no more. */
  toJSON(): string;
}
