import assert from "node:assert/strict";
import type { PropagationTask } from "../../../../worker/backends/backend.ts";
import { STATE_WORDS } from "../../../../worker/backends/webgpu/kernel.ts";
import {
  GrowthCollector,
  slotsOf,
  splitPlacements,
} from "../../../../worker/backends/webgpu/placements.ts";
import { rangesOf } from "../../../../worker/backends/webgpu/ranges.ts";
import { CopiedStates } from "../../../../worker/backends/webgpu/states.ts";
import { WaitingTask } from "../../../../worker/backends/webgpu/waitingTask.ts";

function waitingTask(options: Partial<PropagationTask> = {}, negativeSlope = 1): WaitingTask {
  return new WaitingTask(
    {
      network: { width: 3, depth: 9, negativeSlope, weights: "orthogonal", gain: 1 },
      sampling: "dense",
      seed: 1n,
      depths: [4, 9],
      firstReplica: 0,
      replicaCount: 3,
      ...options,
    },
    undefined,
  );
}

/** States of slots with these words: high and low part of the norm as numbers, the others as words. */
function statesOf(
  task: WaitingTask,
  slots: readonly (readonly [high: number, low: number, ...words: number[]])[],
): CopiedStates {
  const words = new Uint32Array(STATE_WORDS * slots.length);
  const floats = new Float32Array(words.buffer);
  for (const [slot, [high, low, ...rest]] of slots.entries()) {
    floats.set([high, low], STATE_WORDS * slot);
    words.set(rest, STATE_WORDS * slot + 2);
  }
  return new CopiedStates(task.activation, words.buffer, 0, slots.length);
}

describe("placements", () => {
  it("put the replicas of tasks into slots, one after another", () => {
    const [a, b] = [waitingTask({ firstReplica: 10 }), waitingTask({ seed: 2n })];
    const placements = [
      { task: a, place: a.take(2), count: 2 },
      { task: b, place: b.take(3), count: 3 },
      { task: a, place: a.take(1), count: 1 },
    ];
    assert.deepEqual(
      slotsOf(placements).map(({ seed, replica }) => `${seed}:${replica}`),
      ["1:10", "1:11", "2:0", "2:1", "2:2", "1:12"],
    );
    const [head, tail] = splitPlacements(placements, 3);
    assert.deepEqual(slotsOf([...head, ...tail]), slotsOf(placements));
    assert.equal(slotsOf(head).length, 3);
  });
});

describe("GrowthCollector", () => {
  it("takes growths from the initial norm, with the drift of task and kernel", () => {
    const task = waitingTask({ firstReplica: 10 });
    const collector = new GrowthCollector([{ task, place: 1, count: 2 }], 0.25);
    const initial = statesOf(task, [
      [1, 0, 0, 0, 0],
      [1.5, 2 ** -30, 1, 0, 0],
    ]);
    collector.started(initial);
    collector.looked(
      1,
      statesOf(task, [
        [1.25, -(2 ** -28), 3, 0, 0],
        [1, 0, 0xffffffff, 0, 0],
      ]),
    );
    const expected = [
      0.5 * Math.log(1.25 - 2 ** -28) + 3 * Math.LN2 + 9 * 0.25,
      -Math.LN2 - (0.5 * Math.log(1.5 + 2 ** -30) + Math.LN2) + 9 * 0.25,
    ];
    assert.deepEqual([...task.values.subarray(4)], expected);
  });

  it("ends when every replica is extinct or doubted, and remembers the doubted ones", () => {
    const task = waitingTask({}, 0);
    const collector = new GrowthCollector([{ task, place: 0, count: 3 }], 0);
    const landed = (...slots: (readonly [number, number, ...number[]])[]) =>
      collector.landed(statesOf(task, slots));
    const [alive, zero, oneSided] = [
      [1, 0, 0, 0, 0],
      [0, 0, 0, 0, 0],
      [1, 0, 0, 1, 0],
    ] as const;
    assert.equal(landed(alive, zero, oneSided), false);
    assert.deepEqual([...task.doubted], []);
    assert.equal(landed([1, 0, 0, 0, 1], zero, oneSided), true);
    assert.deepEqual([...task.doubted], [0]);
    for (const norm of [NaN, Infinity, -1]) {
      const other = waitingTask();
      new GrowthCollector([{ task: other, place: 2, count: 1 }], 0).landed(
        statesOf(other, [[norm, 0, 0, 0, 0]]),
      );
      assert.deepEqual([...other.doubted], [2], `${norm}`);
    }
  });
});

describe("rangesOf", () => {
  it("joins numbers that follow one another, up to a length", () => {
    assert.deepEqual(rangesOf([], 4), []);
    assert.deepEqual(rangesOf([3, 4, 5, 6, 7, 9, 12, 13], 4), [
      { first: 3, count: 4 },
      { first: 7, count: 1 },
      { first: 9, count: 1 },
      { first: 12, count: 2 },
    ]);
  });
});
