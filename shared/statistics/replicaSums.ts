import { mergeChampions, type Champion } from "./champion.ts";
import { coMomentOf, mergeCoMoments, mergeMoments, momentsOf, type Moments } from "./moments.ts";
import { furtherSketched, keptObservables, type Observable } from "./observable.ts";
import { mergeSketches, sketchOf, type QuantileSketch } from "./quantileSketch.ts";

/** Sums over a set of replicas at one depth. Moments and co-moments are of survivors only. */
export interface CheckpointSums {
  readonly depth: number;
  readonly survivorCount: number;
  /** Replicas whose activations have become exactly zero. */
  readonly extinctCount: number;
  /** Moments of each observable kept at this checkpoint: all at the last, some before it. */
  readonly moments: readonly Moments[];
  /** Co-moments of the pairs (0,1), (0,2), …, (1,2), … of observables; only at the last depth. */
  readonly coMoments: readonly number[];
  /** The sketch of the first observable. */
  readonly quantileSketch: QuantileSketch;
  /** The sketches of the other observables that are sketched; absent where there are none. */
  readonly furtherSketches?: readonly QuantileSketch[];
}

/** Sums over a set of replicas; only `mergeSums` may add two of them up. */
export interface ReplicaSums {
  readonly replicaCount: number;
  /** Names of the observables, in the order of CheckpointSums.moments. */
  readonly observables: readonly string[];
  /** Sums at each checkpoint, ascending by depth. */
  readonly checkpoints: readonly CheckpointSums[];
  /** The replica whose first observable is smallest, where the kind of run asks for it. */
  readonly champion?: Champion;
}

/** What a shard yields: the sums over its replicas, and how they were computed. */
export interface ShardPartial extends ReplicaSums {
  readonly backend: string;
  /** The random generator and its version. */
  readonly generator: string;
  readonly firstReplica: number;
  /** The device, for people, where it is not the processor of the backend's process. */
  readonly device?: string;
  /** The device's driver with its version, where it has one. */
  readonly driver?: string;
  /** True if a processor played the part of the device. */
  readonly software?: boolean;
  /** Replicas that the device doubted, and that the processor computed anew. */
  readonly recomputedReplicaCount?: number;
}

/** The part of an observable that summing needs. */
export type SummedObservable = Pick<Observable, "name" | "keptAt" | "isSketched">;

/**
 * Sums the observables of replicas.
 *
 * @param observables the observables, those kept at every checkpoint first.
 * @param depths the depths of the checkpoints, ascending.
 * @param binWidths the widths that the bins of the sketches are aligned to, one for each depth.
 * @param values an array of shape [depths][observables][replicas], row-major. A replica whose first
 * observable is −∞ is extinct at that depth, and is only counted there.
 * @throws RangeError if an observable kept only at the last checkpoint precedes one kept at all
 */
export function sumReplicas(
  observables: readonly SummedObservable[],
  depths: readonly number[],
  binWidths: readonly number[],
  replicaCount: number,
  values: Float64Array,
): ReplicaSums {
  // Places in a list of kept observables are places in the whole list, too; see Observable.keptAt.
  if (keptObservables(observables, false).some((kept, place) => kept !== observables[place])) {
    throw new RangeError("observables kept at every checkpoint must come first");
  }
  const row = (checkpoint: number, observable: number): Float64Array => {
    const start = (checkpoint * observables.length + observable) * replicaCount;
    return values.subarray(start, start + replicaCount);
  };
  const checkpoints = depths.map((depth, checkpoint): CheckpointSums => {
    const growth = row(checkpoint, 0);
    const survives = (_: number, replica: number) => growth[replica] !== -Infinity;
    const isLast = checkpoint === depths.length - 1;
    const kept = keptObservables(observables, isLast);
    const rows = kept.map((_, observable) => row(checkpoint, observable).filter(survives));
    const moments = rows.map(momentsOf);
    const survivors = rows[0] as Float64Array;
    const binWidth = binWidths[checkpoint] as number;
    const sketched = furtherSketched(kept);
    return {
      depth,
      survivorCount: survivors.length,
      extinctCount: replicaCount - survivors.length,
      moments,
      coMoments: pairs(isLast ? kept.length : 0).map(([i, j]) =>
        coMomentOf(
          rows[i] as Float64Array,
          (moments[i] as Moments).mean,
          rows[j] as Float64Array,
          (moments[j] as Moments).mean,
        ),
      ),
      quantileSketch: sketchOf(survivors, binWidth),
      ...(sketched.length > 0 && {
        furtherSketches: sketched.map((place) => sketchOf(rows[place] as Float64Array, binWidth)),
      }),
    };
  });
  return { replicaCount, observables: observables.map(({ name }) => name), checkpoints };
}

/** Adds the sums over two disjoint sets of replicas of the same run. */
export function mergeSums(a: ReplicaSums, b: ReplicaSums): ReplicaSums {
  const champion = mergeChampions(a.champion, b.champion);
  return {
    replicaCount: a.replicaCount + b.replicaCount,
    observables: a.observables,
    checkpoints: a.checkpoints.map((checkpoint, i) =>
      mergeCheckpoints(checkpoint, b.checkpoints[i] as CheckpointSums),
    ),
    ...(champion && { champion }),
  };
}

function mergeCheckpoints(a: CheckpointSums, b: CheckpointSums): CheckpointSums {
  const [countA, countB] = [a.survivorCount, b.survivorCount];
  const side = (sums: CheckpointSums, pair: number, i: number, j: number) => ({
    coMoment: sums.coMoments[pair] as number,
    meanX: (sums.moments[i] as Moments).mean,
    meanY: (sums.moments[j] as Moments).mean,
  });
  return {
    depth: a.depth,
    survivorCount: countA + countB,
    extinctCount: a.extinctCount + b.extinctCount,
    moments: a.moments.map((moments, i) =>
      mergeMoments(moments, countA, b.moments[i] as Moments, countB),
    ),
    coMoments: pairs(a.coMoments.length === 0 ? 0 : a.moments.length).map(([i, j], pair) =>
      mergeCoMoments(side(a, pair, i, j), countA, side(b, pair, i, j), countB),
    ),
    quantileSketch: mergeSketches(a.quantileSketch, b.quantileSketch),
    ...(a.furtherSketches && {
      furtherSketches: a.furtherSketches.map((sketch, i) =>
        mergeSketches(sketch, b.furtherSketches?.[i] as QuantileSketch),
      ),
    }),
  };
}

/** The pairs (0,1), (0,2), …, (1,2), … in the order of co-moments. */
export function pairs(count: number): [number, number][] {
  const result: [number, number][] = [];
  for (let i = 0; i < count; i++) for (let j = i + 1; j < count; j++) result.push([i, j]);
  return result;
}
