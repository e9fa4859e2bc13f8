import type { ShardPlan } from "../../../coordinator/plan/shardPlan.ts";
import { PROPAGATION_BACKENDS } from "../../../shared/kinds/propagation/propagationBackends.ts";
import type { ShardPartial } from "../../../shared/statistics/replicaSums.ts";
import { digestOf, syntheticPartial } from "../syntheticPartials.ts";

/** What rounding may move a mean by, and no lie between workers is so small and not smaller. */
const NEAR = 0.1;

/** The true partial of a shard, as the backend and the generator of another one yield it. */
export function truthOf(
  plan: ShardPlan,
  shardIndex: number,
  { backend, generator }: Pick<ShardPartial, "backend" | "generator">,
): ShardPartial {
  const name = PROPAGATION_BACKENDS.find((known) => known === backend);
  return syntheticPartial(plan.task(shardIndex, name), generator);
}

/** How two partials of a shard stand to each other, judged in a simpler way than the scheduler's. */
export function comparison(
  partial: ShardPartial,
  other: ShardPartial,
  isMixed: boolean,
): "agree" | "contradict" | "incomparable" {
  if (partial.replicaCount !== other.replicaCount) return "incomparable";
  if (digestOf(partial) === digestOf(other)) return "agree";
  if (partial.generator === other.generator && partial.backend === other.backend)
    return "contradict";
  if (!isMixed || !areOfOneStream(partial.generator, other.generator)) return "incomparable";
  return areNear(partial, other) ? "agree" : "contradict";
}

/** Whether generators draw the same replicas. */
export function areOfOneStream(generator: string, other: string): boolean {
  // Only one backend has the other stream, so that its generators are comparable with themselves.
  return generator === other || !(generator.startsWith("other") || other.startsWith("other"));
}

/** Whether partials are the same but for rounding, or for a lie that is as small. */
export function areNear(partial: ShardPartial, other: ShardPartial): boolean {
  return partial.checkpoints.every(({ moments, survivorCount }, i) => {
    const twin = other.checkpoints[i];
    const mean = moments[0]?.mean ?? NaN;
    const itsMean = twin?.moments[0]?.mean ?? NaN;
    return twin?.survivorCount === survivorCount && Math.abs(mean - itsMean) <= NEAR;
  });
}
