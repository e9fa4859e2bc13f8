import { hash } from "node:crypto";

import type { RunShard } from "../../shared/kinds/kind.ts";
import type { ShardTask } from "../../shared/kinds/propagation/shardTask.ts";
import { NARROWEST, sketchOf } from "../../shared/statistics/quantileSketch.ts";
import {
  sumReplicas,
  type CheckpointSums,
  type ShardPartial,
} from "../../shared/statistics/replicaSums.ts";
import { Random } from "./random.ts";

/**
 * A partial that looks like a real one and costs nothing: a pure function of the run's seed, the
 * shard's first replica and the generator, with growth of variance about 1 at every depth. A
 * generator whose name begins with `other` has replicas of its own. All others have the same ones,
 * and those whose name ends in `plain` round them otherwise.
 *
 * @param moved how far the growth of all replicas is moved: a lie that no rounding explains
 */
export function syntheticPartial(
  shard: RunShard,
  generator = "synthetic",
  moved = 0,
): ShardPartial {
  const { specification, firstReplica, replicaCount } = shard;
  const { backend, depths, sketchBinWidths } = specification.kind.partialShape(specification);
  const task = { backend, checkpointDepths: depths, sketchBinWidths, firstReplica, replicaCount };
  return syntheticPartialOf({ ...task, seed: specification.seed }, generator, moved);
}

/** Relative difference between a generator that rounds otherwise and the others. */
const ROUNDING = 1e-6;

/** The synthetic partial of a task as a worker reads it. */
export function syntheticPartialOf(
  task: Pick<
    ShardTask,
    "seed" | "checkpointDepths" | "sketchBinWidths" | "firstReplica" | "replicaCount"
  > & {
    readonly backend: string;
  },
  generator = "synthetic",
  moved = 0,
): ShardPartial {
  const { replicaCount } = task;
  const seed = generator.startsWith("other") ? Number(task.seed) + 1e9 : Number(task.seed);
  const random = new Random(seed, task.firstReplica);
  const rounding = generator.endsWith("plain") ? 1 + ROUNDING : 1;
  let extinctCount = 0;
  return {
    backend: task.backend,
    generator,
    firstReplica: task.firstReplica,
    replicaCount,
    observables: ["log_norm_growth"],
    checkpoints: task.checkpointDepths.map((depth, i): CheckpointSums => {
      // One replica may go extinct, and stays so.
      if (random.chance(0.1)) extinctCount = 1;
      const survivorCount = replicaCount - extinctCount;
      const spread = Math.exp(0.25 * random.normal());
      const values = Float64Array.from(
        { length: survivorCount },
        () => moved + rounding * spread * random.normal(),
      );
      const [sums] = sumReplicas(
        [{ name: "log_norm_growth", keptAt: "every_checkpoint" }],
        [depth],
        [task.sketchBinWidths[i] as number],
        survivorCount,
        values,
      ).checkpoints;
      if (sums === undefined) throw new Error("there are no sums");
      return { ...sums, extinctCount };
    }),
  };
}

/**
 * Changes a partial's second moment a little, differently for each `which`: a lie that stays
 * plausible beside the sketch. A single survivor has only a value to lie about.
 */
export function lieAbout(partial: ShardPartial, which = 1): ShardPartial {
  return {
    ...partial,
    checkpoints: partial.checkpoints.map((sums) => {
      const factor = 1 + 1e-13 * which;
      if (sums.survivorCount !== 1) {
        return { ...sums, moments: sums.moments.map((of) => ({ ...of, m2: of.m2 * factor })) };
      }
      const { moments, quantileSketch } = sums;
      const value = (moments[0]?.mean ?? 0) * factor;
      return {
        ...sums,
        moments: moments.map((of) => ({ ...of, mean: value })),
        quantileSketch: sketchOf(Float64Array.of(value), quantileSketch.binWidth / NARROWEST),
      };
    }),
  };
}

/** Partials that no propagation of the task could have yielded, one for each kind of nonsense. */
export const IMPOSSIBLE_PARTIALS: readonly ((partial: ShardPartial) => ShardPartial)[] = [
  (partial) => withGrowth(partial, (growth) => ({ ...growth, mean: NaN })),
  (partial) => withGrowth(partial, (growth) => ({ ...growth, m2: -1 })),
  (partial) => withGrowth(partial, (growth) => ({ ...growth, m4: Infinity })),
  (partial) => ({ ...partial, backend: "abacus" }),
  (partial) => ({ ...partial, observables: ["log_norm_growth", "delta"] }),
  (partial) => ({ ...partial, replicaCount: partial.replicaCount + 1 }),
  (partial) => ({ ...partial, firstReplica: partial.firstReplica + 1 }),
  (partial) => ({ ...partial, replicaCount: partial.replicaCount - 1 }),
  (partial) => ({ ...partial, observables: ["another"] }),
  (partial) => withGrowth(partial, (growth) => ({ ...growth, mean: 1.7e308 })),
  (partial) => ({ ...partial, checkpoints: partial.checkpoints.slice(1) }),
];

function withGrowth(
  partial: ShardPartial,
  change: (growth: CheckpointSums["moments"][number]) => CheckpointSums["moments"][number],
): ShardPartial {
  return {
    ...partial,
    checkpoints: partial.checkpoints.map((sums) => ({
      ...sums,
      moments: sums.moments.map(change),
    })),
  };
}

const digests = new WeakMap<ShardPartial, string>();

/** A digest that, like the coordinator's, is equal for equal partials and only for them. */
export function digestOf(partial: ShardPartial): string {
  const known = digests.get(partial) ?? hash("sha1", JSON.stringify(partial));
  digests.set(partial, known);
  return known;
}
