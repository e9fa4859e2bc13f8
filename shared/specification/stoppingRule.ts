import type { Estimates } from "../statistics/estimate.ts";

/** When a run is done: after a number of replicas, or at a precision. */
export type StoppingRule<Quantity extends string = string> =
  | { readonly kind: "replicas"; readonly replicaCount: number }
  | { readonly kind: "precision"; readonly precision: Precision<Quantity> };

/** Bounds on the replicas of a run with a precision target. */
type ReplicaBounds = {
  /** Survivors needed before the targets are checked; the spread of a few says nothing. */
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

/** Least survivors whose spread tells how many replicas the targets need. */
const MINIMUM_FOR_PREDICTION = 30;

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
  counts: ReplicaCounts,
  estimates: Estimates | undefined,
): boolean {
  if (counts.replicaCount >= replicaLimit(rule)) return true;
  return rule.kind === "precision" && targetsAreMet(rule.precision, counts, estimates);
}

/** True if every target of a precision is met, whether the run ends there or at its limit. */
export function targetsAreMet(
  precision: Precision,
  { survivorCount }: ReplicaCounts,
  estimates: Estimates | undefined,
): boolean {
  if (survivorCount < precision.minimumReplicaCount) return false;
  return estimates !== undefined && worstErrorRatio(precision, estimates) <= 1;
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
  const needed = neededReplicaCount(rule.precision, { replicaCount, survivorCount }, estimates);
  return Math.min(rule.precision.maximumReplicaCount, needed);
}

/**
 * True if the targets will probably need more replicas than the rule allows. A few survivors say too
 * little about it.
 */
export function isOutOfReach(
  rule: StoppingRule,
  counts: ReplicaCounts,
  estimates: Estimates | undefined,
): boolean {
  if (rule.kind === "replicas" || estimates === undefined) return false;
  if (counts.survivorCount < MINIMUM_FOR_PREDICTION) return false;
  return neededReplicaCount(rule.precision, counts, estimates) > rule.precision.maximumReplicaCount;
}

/** Replicas that the targets will probably need, whatever the limit. */
function neededReplicaCount(
  precision: Precision,
  { replicaCount, survivorCount }: ReplicaCounts,
  estimates: Estimates | undefined,
): number {
  const forPrecision =
    estimates === undefined
      ? 2 * replicaCount
      : replicaCount * worstErrorRatio(precision, estimates) ** 2;
  const forSurvivors =
    precision.minimumReplicaCount * (survivorCount === 0 ? 1 : replicaCount / survivorCount);
  return Math.ceil(Math.max(forPrecision, forSurvivors));
}

/**
 * Says why the rule `next` cannot extend a run under `present`; undefined if it can. A run may only
 * go further. `replicaCount` is the number of replicas in the run's estimate.
 */
export function extensionProblem(
  present: StoppingRule,
  next: StoppingRule,
  replicaCount: number,
): string | undefined {
  if (next.kind === "replicas") {
    const floor = Math.max(replicaCount, present.kind === "replicas" ? present.replicaCount : 0);
    return next.replicaCount >= floor
      ? undefined
      : `${next.replicaCount} replicas are fewer than the ${floor} that the run has; give more`;
  }
  if (next.precision.maximumReplicaCount < replicaCount) {
    return (
      `a maximum of ${next.precision.maximumReplicaCount} replicas is fewer than the ` +
      `${replicaCount} that the run has; give more`
    );
  }
  if (present.kind === "replicas") {
    return next.precision.minimumReplicaCount >= present.replicaCount
      ? undefined
      : `a run of ${present.replicaCount} replicas can continue to a precision only with a ` +
          `minimum replica count of at least as many; give ${present.replicaCount}`;
  }
  const after = new Map(targetsOf(next.precision));
  const looser = targetsOf(present.precision).some(
    ([quantity, before]) => (after.get(quantity) ?? Infinity) > before,
  );
  if (looser) return "the targets are looser than those that the run has; give tighter ones";
  return next.precision.minimumReplicaCount >= present.precision.minimumReplicaCount &&
    next.precision.maximumReplicaCount >= present.precision.maximumReplicaCount
    ? undefined
    : "the minimum and the maximum replica count may only grow; give larger ones";
}
