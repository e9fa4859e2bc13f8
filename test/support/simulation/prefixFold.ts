import type { RunSpecification } from "../../../shared/kinds/kind.ts";
import type { PropagationSpecification } from "../../../shared/kinds/propagation/specification.ts";
import {
  mergeSums,
  type ReplicaSums,
  type ShardPartial,
} from "../../../shared/statistics/replicaSums.ts";

/** Merges shards 0, 1, 2, … one after another, up to the first prefix that meets the rule. */
export class PrefixFold {
  readonly #specification: RunSpecification;
  shardCount = 0;
  sums: ReplicaSums | undefined;
  /** Replicas of the prefix by backend and generator. */
  readonly replicaCounts = new Map<string, number>();
  met = false;

  constructor(specification: RunSpecification) {
    this.#specification = specification;
  }

  extend(partialOf: (shardIndex: number) => ShardPartial | undefined): void {
    while (!this.met) {
      const partial = partialOf(this.shardCount);
      if (partial === undefined) return;
      this.sums = this.sums === undefined ? partial : mergeSums(this.sums, partial);
      this.shardCount += 1;
      const kind = `${partial.backend} ${partial.generator}`;
      const counted = this.replicaCounts.get(kind) ?? 0;
      this.replicaCounts.set(kind, counted + partial.replicaCount);
      this.met = meetsRule(this.#specification, this.sums);
    }
  }
}

/** The stopping rule by its definition, from the moments themselves. */
function meetsRule(specification: RunSpecification, sums: ReplicaSums): boolean {
  // These simulations know one kind of run.
  const { stoppingRule, network, burnIn } = specification as PropagationSpecification;
  const { replicaCount } = sums;
  if (stoppingRule.kind === "replicas") return replicaCount >= stoppingRule.replicaCount;
  const { precision } = stoppingRule;
  if (replicaCount >= precision.maximumReplicaCount) return true;
  const last = sums.checkpoints.at(-1);
  const growth = last?.moments[0];
  if (last === undefined || growth === undefined) return false;
  if (last.survivorCount < Math.max(precision.minimumReplicaCount, 32)) return false;
  const errors = standardErrors(last.survivorCount, growth.m2, growth.m4);
  const layers = network.depth - burnIn;
  return (["lyapunovExponent", "variance"] as const).every(
    (target) => errors[target] / layers <= (precision[target] ?? Infinity),
  );
}

/** Standard errors of the mean and the variance of n values, from sums of powers of deviations. */
function standardErrors(n: number, m2: number, m4: number) {
  const variance = m2 / (n - 1);
  // The unbiased estimate of the fourth cumulant over that of σ⁴ (Fisher's k-statistics).
  const k4 = (n * (n + 1) * m4 - 3 * (n - 1) * m2 ** 2) / ((n - 1) * (n - 2) * (n - 3));
  const kurtosis = Math.max(0, k4 / variance ** 2);
  return {
    lyapunovExponent: Math.sqrt(variance / n),
    variance: variance * Math.sqrt(kurtosis / n + 2 / (n - 1)),
  };
}
