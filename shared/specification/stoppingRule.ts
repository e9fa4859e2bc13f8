import type { Estimates } from "../statistics/estimate.ts";
import { clipped, type FieldViolation } from "./violations.ts";

const MAXIMUM_QUANTITY_LENGTH = 60;

/** The quantities whose targets are fields of the contract; those of other quantities are in a map. */
export const TARGET_FIELDS: Readonly<Record<string, string>> = {
  lyapunovExponent: "lyapunov_exponent",
  variance: "variance",
};

/** The path of a quantity's target in a precision. */
export function targetField(quantity: string): string {
  return Object.hasOwn(TARGET_FIELDS, quantity)
    ? (TARGET_FIELDS[quantity] as string)
    : `targets.${clipped(quantity, MAXIMUM_QUANTITY_LENGTH)}`;
}

/** When a run is done: after a number of replicas, or at a precision. */
export type StoppingRule<Quantity extends string = string> =
  | { readonly kind: "replicas"; readonly replicaCount: number }
  | { readonly kind: "precision"; readonly precision: Precision<Quantity> };

/**
 * Survivors needed before targets are checked, even if the rule's minimum is smaller. A rule that
 * stops when the estimated error is small stops too early where it is small by luck, and with a
 * handful of survivors it often is: with a minimum of 2, λ's intervals covered down to 78 %, and σ̂²
 * was half of σ². From 32 on they cover 94 to 96 % (test/shared/statistics/stopping.test.ts).
 */
export const LEAST_SURVIVOR_COUNT = 32;

/** Bounds on the replicas of a run with a precision target. */
type ReplicaBounds = {
  /** Survivors needed before the targets are checked; see also `LEAST_SURVIVOR_COUNT`. */
  readonly minimumReplicaCount: number;
  /** Replicas at which the run ends even if targets are missed. */
  readonly maximumReplicaCount: number;
};

/**
 * The largest allowed standard error of each quantity, by name. At least one is given, and all that
 * are given must be met.
 */
type Targets<Quantity extends string> = { readonly [quantity in Quantity]?: number };

export type Precision<Quantity extends string = string> = ReplicaBounds & Targets<Quantity>;

/** The counts that a stopping rule looks at. */
export interface ReplicaCounts {
  readonly replicaCount: number;
  /** Replicas that are not extinct at the full depth; estimates are of these. */
  readonly survivorCount: number;
}

/** The most replicas that the rule can ask for. */
export function replicaLimit(rule: StoppingRule): number {
  return rule.kind === "replicas" ? rule.replicaCount : rule.precision.maximumReplicaCount;
}

/**
 * True if the folded prefix ends the run. The answer depends only on the prefix, never on partials
 * that arrived beyond it, so that it is the same on every fleet.
 */
export function isMet(
  rule: StoppingRule,
  { replicaCount, survivorCount }: ReplicaCounts,
  estimates: Estimates | undefined,
): boolean {
  if (replicaCount >= replicaLimit(rule)) return true;
  if (rule.kind === "replicas" || survivorCount < survivorsNeeded(rule.precision)) return false;
  return estimates !== undefined && worstErrorRatio(rule.precision, estimates) <= 1;
}

/** Survivors needed before a precision's targets are checked. */
function survivorsNeeded({ minimumReplicaCount }: Precision): number {
  return Math.max(minimumReplicaCount, LEAST_SURVIVOR_COUNT);
}

/** Lists a precision's targets: names of quantities with their largest standard errors. */
export function targetsOf({
  minimumReplicaCount: _minimum,
  maximumReplicaCount: _maximum,
  ...targets
}: Precision): [string, number][] {
  return Object.entries(targets).flatMap(([quantity, target]) =>
    target === undefined ? [] : [[quantity, target]],
  );
}

/** The largest ratio of a standard error to its target; at most 1 if all targets are met. */
export function worstErrorRatio(precision: Precision, estimates: Estimates): number {
  const ratios = targetsOf(precision).map(
    ([quantity, target]) => (estimates[quantity]?.standardError ?? Infinity) / target,
  );
  return Math.max(...ratios);
}

/**
 * Replicas that the rule will probably need; used only to plan work ahead. It assumes that errors
 * shrink with the square root of the count, and that the same share of replicas survives. Without
 * estimates so far, it doubles the count.
 */
export function predictedReplicaCount(
  rule: StoppingRule,
  { replicaCount, survivorCount }: ReplicaCounts,
  estimates: Estimates | undefined,
): number {
  if (rule.kind === "replicas") return rule.replicaCount;
  const { maximumReplicaCount } = rule.precision;
  const forPrecision =
    estimates === undefined
      ? 2 * replicaCount
      : replicaCount * worstErrorRatio(rule.precision, estimates) ** 2;
  const forSurvivors =
    survivorsNeeded(rule.precision) * (survivorCount === 0 ? 1 : replicaCount / survivorCount);
  return Math.min(maximumReplicaCount, Math.ceil(Math.max(forPrecision, forSurvivors)));
}

/**
 * Says why the rule `next` cannot extend a run under `present`, and which field of it is at fault;
 * undefined if it can. A run may only go further. `replicaCount` is the number of replicas in the
 * run's estimate.
 */
export function extensionProblem(
  present: StoppingRule,
  next: StoppingRule,
  replicaCount: number,
): FieldViolation | undefined {
  if (next.kind === "replicas") {
    const floor = Math.max(replicaCount, present.kind === "replicas" ? present.replicaCount : 0);
    if (next.replicaCount >= floor) return undefined;
    return {
      field: "stopping_rule.replica_count",
      description: `${next.replicaCount} replicas are fewer than the ${floor} that the run has; give more`,
    };
  }
  const path = "stopping_rule.precision";
  const { minimumReplicaCount, maximumReplicaCount } = next.precision;
  const before =
    present.kind === "precision"
      ? present.precision
      : { minimumReplicaCount: present.replicaCount, maximumReplicaCount: 0 };
  if (maximumReplicaCount < Math.max(replicaCount, before.maximumReplicaCount)) {
    const floor = Math.max(replicaCount, before.maximumReplicaCount);
    return {
      field: `${path}.maximum_replica_count`,
      description:
        `a maximum of ${maximumReplicaCount} replicas is fewer than the ${floor} that the run ` +
        `${floor === replicaCount ? "has" : "may take already"}; give at least ${floor}`,
    };
  }
  if (minimumReplicaCount < before.minimumReplicaCount) {
    const why = present.kind === "replicas" ? "the run has already" : "is the run's minimum now";
    return {
      field: `${path}.minimum_replica_count`,
      description:
        `a minimum of ${minimumReplicaCount} replicas is fewer than the ` +
        `${before.minimumReplicaCount} that ${why}; give at least ${before.minimumReplicaCount}`,
    };
  }
  const after = new Map(targetsOf(next.precision));
  const looser = (present.kind === "precision" ? targetsOf(present.precision) : []).find(
    ([quantity, target]) => (after.get(quantity) ?? Infinity) > target,
  );
  if (looser === undefined) return undefined;
  const [quantity, target] = looser;
  return {
    field: `${path}.${targetField(quantity)}`,
    description: `the target is looser than the ${target} that the run has; give at most ${target}`,
  };
}
