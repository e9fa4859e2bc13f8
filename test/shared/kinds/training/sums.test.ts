import assert from "node:assert/strict";

import { OBSERVABLES } from "../../../../shared/kinds/training/observables.ts";
import { trainingShape } from "../../../../shared/kinds/training/shardTask.ts";
import type { TrainingInput } from "../../../../shared/kinds/training/specification.ts";
import { TRAINING } from "../../../../shared/kinds/training/training.ts";
import { partialProblem } from "../../../../shared/shard/partialProblem.ts";
import { partialDigest } from "../../../../shared/statistics/partialDigest.ts";
import {
  mergeSums,
  sumReplicas,
  type CheckpointSums,
  type ShardPartial,
} from "../../../../shared/statistics/replicaSums.ts";
import { areWithin } from "../../../../shared/statistics/sumsWithin.ts";
import { deserializePartial, serializePartial } from "../../../../shared/wire/partialMessages.ts";
import { Random } from "../../../support/random.ts";

const INPUT: TrainingInput = {
  network: { width: 2, depth: 4, negativeSlope: 0.01, weights: "gaussian", gain: "he" },
  training: { task: "iris", learningRate: 0.01, stepCount: 10 },
  checkpointSteps: [0],
  stoppingRule: { replicaCount: 48 },
};
const SPECIFICATION = TRAINING.parse(INPUT);
const SHAPE = trainingShape(SPECIFICATION);

/** Values of replicas by their index, in the shape of sumReplicas. */
function valuesOf(firstReplica: number, replicaCount: number): Float64Array {
  const values = new Float64Array(SHAPE.depths.length * OBSERVABLES.length * replicaCount);
  for (let replica = 0; replica < replicaCount; replica++) {
    const random = new Random(41, firstReplica + replica);
    for (let row = 0; row < values.length / replicaCount; row++) {
      const isShare = row % OBSERVABLES.length > 2;
      values[row * replicaCount + replica] = isShare
        ? Number(random.chance(0.2))
        : 3 * random.normal() - 2;
    }
  }
  return values;
}

function partialOf(firstReplica: number, replicaCount: number): ShardPartial {
  const values = valuesOf(firstReplica, replicaCount);
  return {
    ...sumReplicas(OBSERVABLES, SHAPE.depths, SHAPE.sketchBinWidths, replicaCount, values),
    backend: "simd",
    generator: "g",
    firstReplica,
  };
}

/** The partial with something else at its last checkpoint. */
function changed(
  partial: ShardPartial,
  change: (last: CheckpointSums) => Partial<CheckpointSums>,
): ShardPartial {
  const last = partial.checkpoints.at(-1) as CheckpointSums;
  const checkpoints = [...partial.checkpoints.slice(0, -1), { ...last, ...change(last) }];
  return { ...partial, checkpoints };
}

describe("the sums of a training", () => {
  const partial = partialOf(0, 16);
  const shard = { firstReplica: 0, replicaCount: 16 };

  it("have a sketch of both losses at each checkpoint", () => {
    assert.deepEqual(
      partial.checkpoints.map(({ furtherSketches }) => furtherSketches?.length),
      [1, 1],
    );
    assert.equal(partialProblem(SHAPE, shard, partial), undefined);
  });

  it("are those of all replicas once they are merged", () => {
    const merged = [partialOf(16, 16), partialOf(32, 16)].reduce(mergeSums, partial);
    const whole = partialOf(0, 48);
    for (const [i, { quantileSketch, furtherSketches }] of merged.checkpoints.entries()) {
      assert.deepEqual(quantileSketch, whole.checkpoints[i]?.quantileSketch);
      assert.deepEqual(furtherSketches, whole.checkpoints[i]?.furtherSketches);
    }
  });

  it("are the same after the way over the wire and through a ledger", () => {
    const read = deserializePartial(Buffer.from(serializePartial({ ...partial })));
    assert.deepEqual(read, partial);
    assert.equal(partialDigest(read), partialDigest(partial));
  });

  const other = changed(partial, ({ furtherSketches: [sketch] = [] }) => {
    assert.ok(sketch);
    const [first = 0, ...rest] = sketch.binIndexes;
    return { furtherSketches: [{ ...sketch, binIndexes: [first - 1, ...rest] }] };
  });

  const swapped = changed(partial, ({ quantileSketch }) => ({ furtherSketches: [quantileSketch] }));

  it("have another digest if the sketch of the training loss is another", () => {
    assert.notEqual(partialDigest(other), partialDigest(partial));
    const without = changed(partial, ({ furtherSketches: _, ...last }) => {
      return { ...last, furtherSketches: [] };
    });
    assert.notEqual(partialDigest(without), partialDigest(partial));
  });

  it("are refused if the sketch of the training loss cannot be right", () => {
    assert.match(
      partialProblem(SHAPE, shard, other) ?? "",
      /^at depth 10 in the sketch of log_training_loss: the quantile sketch has other extremes/,
    );
    assert.match(
      partialProblem(SHAPE, shard, swapped) ?? "",
      /^at depth 10 in the sketch of log_training_loss: the moments of log_training_loss are not/,
    );
    const none = changed(partial, () => ({ furtherSketches: [] }));
    assert.equal(
      partialProblem(SHAPE, shard, none),
      "at depth 10 it has 0 further sketches, not 1",
    );
  });

  it("are compared with all of their sketches", () => {
    assert.ok(areWithin(partial, partialOf(0, 16), () => 0));
    assert.ok(!areWithin(partial, swapped, () => 1e-3));
    assert.ok(
      !areWithin(
        partial,
        changed(partial, () => ({ furtherSketches: [] })),
        () => 1e9,
      ),
    );
  });
});
