import type { Estimates } from "../statistics/estimate.ts";

/** When a run is done. */
export type StoppingRule<Quantity extends string = string> =
  | { readonly kind: "replicas"; readonly replicaCount: number }
  | { readonly kind: "precision"; readonly precision: Precision<Quantity> };

/** Bounds on the replicas of a run that aims at a precision. */
type ReplicaBounds = {
  /** The targets are not asked before so many survive: a spread of a few says nothing. */
  readonly minimumReplicaCount: number;
  /** The run ends there, targets met or not. */
  readonly maximumReplicaCount: number;
};

/**
 * Largest standard errors by the names of the quantities; at least one is given, and every one given
 * must be met.
 */
type Targets<Quantity extends string> = { readonly [quantity in Quantity]?: number };

export type Precision<Quantity extends string = string> = ReplicaBounds & Targets<Quantity>;

/** How much is known. */
export interface ReplicaCounts {
  readonly replicaCount: number;
  /** Those among them that are not extinct at the full depth: the ones that estimates are of. */
  readonly survivorCount: number;
}

/** The most replicas that the rule can come to ask for. */
export function replicaLimit(rule: StoppingRule): number {
  return rule.kind === "replicas" ? rule.replicaCount : rule.precision.maximumReplicaCount;
}

/**
 * Whether a folded prefix of so many replicas ends the run. It looks at the prefix alone, never at
 * what has arrived beyond it; so it gives the same answer on every fleet.
 */
export function isMet(
  rule: StoppingRule,
  { replicaCount, survivorCount }: ReplicaCounts,
  estimates: Estimates | undefined,
): boolean {
  if (replicaCount >= replicaLimit(rule)) return true;
  if (rule.kind === "replicas" || survivorCount < rule.precision.minimumReplicaCount) return false;
  return estimates !== undefined && worstErrorRatio(rule.precision, estimates) <= 1;
}

/** Lists the targets of a precision: the names of quantities with their largest standard errors. */
export function targetsOf({
  minimumReplicaCount: _minimum,
  maximumReplicaCount: _maximum,
  ...targets
}: Precision): [string, number][] {
  return Object.entries(targets).flatMap(([quantity, target]) =>
    target === undefined ? [] : [[quantity, target]],
  );
}

/** Largest ratio of standard error to its target; at most 1 when every target is met. */
export function worstErrorRatio(precision: Precision, estimates: Estimates): number {
  const ratios = targetsOf(precision).map(
    ([quantity, target]) => (estimates[quantity]?.standardError ?? Infinity) / target,
  );
  return Math.max(...ratios);
}

/**
 * Replicas that the rule will probably need, from what is known so far: errors shrink with the
 * square root of the count, as large a share survives as before, and what told nothing is doubled.
 * For planning work ahead only.
 */
export function predictedReplicaCount(
  rule: StoppingRule,
  { replicaCount, survivorCount }: ReplicaCounts,
  estimates: Estimates | undefined,
): number {
  if (rule.kind === "replicas") return rule.replicaCount;
  const { minimumReplicaCount, maximumReplicaCount } = rule.precision;
  const forPrecision =
    estimates === undefined
      ? 2 * replicaCount
      : replicaCount * worstErrorRatio(rule.precision, estimates) ** 2;
  const forSurvivors =
    minimumReplicaCount * (survivorCount === 0 ? 1 : replicaCount / survivorCount);
  return Math.min(maximumReplicaCount, Math.ceil(Math.max(forPrecision, forSurvivors)));
}

/**
 * Why `next` does not continue `present` — a finished run may only go further — or undefined if it
 * does. `replicaCount` is what the run's estimate has folded.
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
      : `a run of ${present.replicaCount} replicas continues to a precision with a minimum ` +
          `replica count of at least as many; give ${present.replicaCount}`;
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
