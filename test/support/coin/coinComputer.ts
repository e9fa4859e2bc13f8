import { sumReplicas } from "../../../shared/statistics/replicaSums.ts";
import { GENERATOR, Stream } from "../../../shared/random/stream.ts";
import { structToJson } from "../../../shared/wire/struct.ts";
import type { ShardComputer } from "../../../worker/pool/shardComputer.ts";
import { CHANGES, coinDepths, HEADS, type CoinParameters } from "./coinKind.ts";

/** Tosses the coins of a shard. A replica's tosses are a function of the seed and its index. */
export const COIN_COMPUTER: ShardComputer = {
  compute: async (task, advanced) => {
    const { bias, tosses } = structToJson(task.parameters) as unknown as CoinParameters;
    const firstReplica = Number(task.firstReplica);
    const replicaCount = Number(task.replicaCount);
    const depths = coinDepths({ bias, tosses });
    const stream = new Stream(BigInt(task.seed));
    // Shape [depths][observables][replicas].
    const values = new Float64Array(depths.length * 2 * replicaCount);
    for (let replica = 0; replica < replicaCount; replica++) {
      const nextWord = stream.words(firstReplica + replica, 1);
      let [heads, changes, before] = [0, 0, false];
      for (let toss = 1; toss <= tosses; toss++) {
        const isHead = nextWord() < bias * 2 ** 32;
        heads += Number(isHead);
        changes += Number(isHead !== before);
        before = isHead;
        const checkpoint = depths.indexOf(toss);
        if (checkpoint === -1) continue;
        values[2 * checkpoint * replicaCount + replica] = heads;
        values[(2 * checkpoint + 1) * replicaCount + replica] = changes;
      }
      advanced();
    }
    const widths = depths.map((depth) => depth / 64);
    const sums = sumReplicas([HEADS, CHANGES], depths, widths, replicaCount, values);
    return {
      partial: { ...sums, backend: "reference", generator: GENERATOR, firstReplica },
      propagated: {
        backend: "reference",
        weights: "coin",
        replicaCount,
        layerCount: replicaCount * tosses,
        weightCount: 0,
      },
    };
  },
};
