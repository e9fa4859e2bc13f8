import assert from "node:assert/strict";

import * as fc from "fast-check";

import { championProblem } from "../../../shared/shard/championProblem.ts";
import type { PartialShape } from "../../../shared/shard/partialShape.ts";
import {
  areChampionsWithin,
  championOf,
  mergeChampions,
  type Champion,
} from "../../../shared/statistics/champion.ts";
import { partialDigest } from "../../../shared/statistics/partialDigest.ts";
import {
  mergeSums,
  sumReplicas,
  type ShardPartial,
} from "../../../shared/statistics/replicaSums.ts";
import {
  decodePartial,
  decodeSums,
  encodePartial,
  encodeSums,
} from "../../../coordinator/ledger/partialRecord.ts";
import { SAMPLING_OBSERVABLES } from "../../../shared/kinds/samplingInitialization/observables.ts";

const SHAPE: PartialShape = {
  backend: "simd",
  depths: [10],
  observables: SAMPLING_OBSERVABLES,
  sketchBinWidths: [1 / 8],
  hasChampion: true,
};

/** The partial of replicas with these distances, from `firstReplica` on. */
function partialOf(distances: readonly number[], firstReplica = 0): ShardPartial {
  const count = distances.length;
  const values = Float64Array.from([...distances, ...distances.map((each) => each / 2)]);
  const champion = championOf(2, firstReplica, count, values);
  return {
    ...sumReplicas(SAMPLING_OBSERVABLES, [10], [1 / 8], count, values),
    ...(champion && { champion }),
    backend: "simd",
    generator: "any",
    firstReplica,
  };
}

const problemOf = (partial: ShardPartial, shape = SHAPE) =>
  championProblem(shape, { firstReplica: 8, replicaCount: 4 }, partial);

describe("a champion", () => {
  it("is the replica of the smallest value, the first of equal ones, and never an extinct one", () => {
    const values = Float64Array.from([-Infinity, 3, 1, 1, -Infinity, 30, 10, 11]);
    assert.deepEqual(championOf(2, 100, 4, values), { replica: 102, values: [1, 10] });
    assert.equal(championOf(1, 0, 2, new Float64Array(2).fill(-Infinity)), undefined);
  });

  it("is that of the last checkpoint", () => {
    const values = Float64Array.from([1, 2, 9, 8]);
    assert.deepEqual(championOf(1, 0, 2, values), { replica: 1, values: [8] });
  });

  it("is the same however shards are grouped and ordered", () => {
    const distance = fc.oneof(
      fc.constantFrom(0, 1, -Infinity),
      fc.double({ min: 0, max: 9, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(distance, { minLength: 3, maxLength: 12 }), fc.integer(), (all, cut) => {
        const first = 1 + (Math.abs(cut) % (all.length - 2));
        const a = partialOf(all.slice(0, first));
        const b = partialOf(all.slice(first, first + 1), first);
        const c = partialOf(all.slice(first + 1), first + 1);
        const whole = partialOf(all).champion;
        assert.deepEqual(mergeSums(mergeSums(a, b), c).champion, whole);
        assert.deepEqual(mergeSums(a, mergeSums(b, c)).champion, whole);
        assert.deepEqual(mergeSums(c, mergeSums(b, a)).champion, whole);
      }),
    );
    assert.equal(mergeChampions(undefined, undefined), undefined);
  });

  it("comes back from the ledger, in partials and in folds", () => {
    const partial = partialOf([4, 0.3, 2, -Infinity], 7);
    assert.deepEqual(decodePartial(encodePartial(partial)), partial);
    assert.deepEqual(decodeSums(encodeSums(partial)).champion, partial.champion);
    const { champion: _, ...without } = partial;
    assert.deepEqual(decodePartial(encodePartial(without)), without);
  });

  it("changes a partial's digest", () => {
    const partial = partialOf([4, 0.3, 2]);
    const other: Champion = { replica: 1, values: [0.3, 0.16] };
    const { champion: _, ...without } = partial;
    const digests = [partial, { ...partial, champion: other }, without].map(partialDigest);
    assert.equal(new Set(digests).size, 3);
  });

  it("is compared within a tolerance where backends differ", () => {
    const [a, b] = [partialOf([2, 1]).champion, partialOf([2, 1.01]).champion];
    assert.equal(areChampionsWithin(a, b, 0.02), true);
    assert.equal(areChampionsWithin(a, b, 0.001), false);
    assert.equal(areChampionsWithin(a, undefined, 1), false);
    // Either of two equal replicas may win: what else they are is then not compared.
    assert.equal(areChampionsWithin(a, { replica: 5, values: [1, 1000] }, 0.02), true);
  });

  it("is refused where it cannot be that of the shard", () => {
    const partial = partialOf([4, 0.3, 2, -Infinity], 8);
    const withChampion = (champion: Champion) => problemOf({ ...partial, champion });
    assert.equal(problemOf(partial), undefined);
    assert.match(withChampion({ replica: 12, values: [0.3, 0.15] }) ?? "", /not in the shard/);
    assert.match(withChampion({ replica: 7, values: [0.3, 0.15] }) ?? "", /not in the shard/);
    assert.match(withChampion({ replica: 9, values: [0.2, 0.15] }) ?? "", /smallest of all is 0.3/);
    assert.match(withChampion({ replica: 9, values: [0.3] }) ?? "", /1 observables, not 2/);
    assert.match(withChampion({ replica: 9, values: [0.3, NaN] }) ?? "", /so many layers/);
    assert.match(withChampion({ replica: 9, values: [0.3, 1e6] }) ?? "", /so many layers/);
    const { champion: _, ...without } = partial;
    assert.match(problemOf(without) ?? "", /names no champion/);
    assert.match(problemOf(partial, { ...SHAPE, hasChampion: false }) ?? "", /does not ask for/);
    const extinct = partialOf([-Infinity, -Infinity, -Infinity, -Infinity], 8);
    assert.equal(problemOf(extinct), undefined);
    assert.match(
      problemOf({ ...extinct, champion: { replica: 9, values: [0, 0] } }) ?? "",
      /all replicas are extinct/,
    );
  });
});
