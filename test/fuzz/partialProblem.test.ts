import assert from "node:assert/strict";

import * as fc from "fast-check";

import { ShardPlan } from "../../coordinator/plan/shardPlan.ts";
import type { ShardTask } from "../../shared/kinds/propagation/shardTask.ts";
import { estimateExponents, summarizeGrowth } from "../../shared/statistics/estimate.ts";
import { mergeSums, type ShardPartial } from "../../shared/statistics/replicaSums.ts";
import { problemOf, taskOf } from "../support/runShards.ts";
import { specificationWith } from "../support/specifications.ts";
import { syntheticPartial } from "../support/syntheticPartials.ts";
import { cases, TIMEOUT_MILLISECONDS } from "./support/fuzzing.ts";
import { anyPartial, anySpoiling } from "./support/partials.ts";
import { present } from "../support/present.ts";

const SPECIFICATION = specificationWith({ checkpointDepths: [50, 1000] });
const plan = new ShardPlan(SPECIFICATION);
const task = plan.task(0);
const asked = taskOf(SPECIFICATION);
const sound = syntheticPartial(task);

/** Asserts what must be true of every accepted partial, in another way than the code does. */
function assertPlausible(of: ShardTask, partial: ShardPartial): void {
  assert.equal(partial.backend, of.backend);
  assert.ok(partial.generator.length >= 1 && partial.generator.length <= 100);
  assert.doesNotMatch(partial.generator, /\p{Cc}/u);
  assert.deepEqual(
    [partial.firstReplica + 0, partial.replicaCount, [...partial.observables]],
    [of.firstReplica, of.replicaCount, ["log_norm_growth"]],
  );
  assert.deepEqual(
    partial.checkpoints.map(({ depth }) => depth),
    of.checkpointDepths,
  );
  let extinct = 0;
  for (const [i, sums] of partial.checkpoints.entries()) {
    assert.ok(Number.isInteger(sums.survivorCount) && sums.survivorCount >= 0);
    assert.equal(sums.survivorCount + sums.extinctCount, of.replicaCount);
    assert.ok(sums.extinctCount >= extinct);
    extinct = sums.extinctCount;
    assert.equal(sums.moments.length, 1);
    assert.equal(sums.coMoments.length, 0);
    const { mean, m2, m3, m4 } = present(sums.moments[0]);
    assert.ok([mean, m2, m3, m4].every(Number.isFinite));
    assert.ok(m2 >= 0 && m4 >= 0);
    assert.ok(m3 ** 2 <= 1.001 * m2 * m4 && m2 ** 2 <= 1.001 * sums.survivorCount * m4);
    if (sums.survivorCount === 0) assert.equal(mean, 0);
    const { binWidth, binIndexes, binCounts, minimum, maximum } = sums.quantileSketch;
    const aligned = present(of.sketchBinWidths[i]);
    if (minimum === undefined && sums.survivorCount > 0) assert.equal(binWidth, aligned);
    else
      assert.ok(Number.isInteger(Math.log2(binWidth / aligned)) && binWidth >= aligned / 2 ** 32);
    if (minimum !== undefined && maximum !== undefined) {
      assert.ok(binIndexes.length <= 128);
      assert.ok(minimum <= mean + 1e-9 && mean - 1e-9 <= maximum);
      const spread = maximum - minimum + 1e-9;
      assert.ok(m2 <= sums.survivorCount * spread ** 2);
    }
    assert.equal(binIndexes.length, binCounts.length);
    assert.deepEqual(
      // The wire knows no −0 here.
      binIndexes.map((index) => index + 0),
      [...new Set(binIndexes.map((index) => index + 0))].toSorted((a, b) => a - b),
    );
    assert.ok(binCounts.every((count) => count >= 1));
    const total = binCounts.reduce((sum, count) => sum + count, 0);
    assert.equal(total, sums.survivorCount);
    assert.ok(binIndexes.every((index) => Math.abs(index * binWidth) < 2e4 * sums.depth));
  }
}

/** Asserts that everything that clients are shown of the partial is a number. */
function assertFoldsFinite(partial: ShardPartial): void {
  const folded = mergeSums(mergeSums(sound, partial), partial);
  for (const sums of folded.checkpoints) {
    for (const [name, value] of Object.entries(summarizeGrowth(sums, sums.depth) ?? {})) {
      assert.ok(value === undefined || Number.isFinite(value), `${name} is ${value}`);
    }
  }
  const estimates = estimateExponents(present(folded.checkpoints.at(-1)), 1000, 0.95);
  assert.doesNotMatch(JSON.stringify(estimates), /null/);
}

describe("fuzzing: partials as answers to a task", function () {
  this.timeout(TIMEOUT_MILLISECONDS);

  it("begins with one that is taken", () => {
    assert.equal(problemOf(task, sound), undefined);
    assertPlausible(asked, sound);
    assertFoldsFinite(sound);
  });

  const partials = fc.oneof(
    { weight: 1, arbitrary: anyPartial },
    {
      weight: 4,
      arbitrary: fc
        .array(anySpoiling, { minLength: 1, maxLength: 3 })
        .map((spoilings) => spoilings.reduce((partial, spoil) => spoil(partial), sound)),
    },
  );

  it("takes none that cannot be, and says of others in a short sentence why not", () => {
    let taken = 0;
    fc.assert(
      fc.property(partials, (partial) => {
        const problem = problemOf(task, partial);
        if (problem !== undefined) {
          assert.match(problem, /^[^\n\0]{10,250}$/);
          assert.ok(problem.isWellFormed());
          return;
        }
        taken += 1;
        assertPlausible(asked, partial);
        assertFoldsFinite(partial);
      }),
      cases(6000, 4),
    );
    assert.ok(taken > 0, "all were refused: what is taken was not tried");
  });
});
