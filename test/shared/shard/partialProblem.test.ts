import assert from "node:assert/strict";

import { ShardPlan } from "../../../coordinator/plan/shardPlan.ts";
import { LOG_NORM_GROWTH } from "../../../shared/kinds/propagation/observables.ts";
import { partialProblem } from "../../../shared/shard/partialProblem.ts";
import type { Moments } from "../../../shared/statistics/moments.ts";
import type { Observable } from "../../../shared/statistics/observable.ts";
import { sketchOf, type QuantileSketch } from "../../../shared/statistics/quantileSketch.ts";
import {
  sumReplicas,
  type CheckpointSums,
  type ReplicaSums,
  type ShardPartial,
} from "../../../shared/statistics/replicaSums.ts";
import { problemOf } from "../../support/runShards.ts";
import { specificationWith } from "../../support/specifications.ts";
import { present } from "../../support/present.ts";

const specification = specificationWith({ checkpointDepths: [50] });
const task = new ShardPlan(specification).task(0);
const { depths, sketchBinWidths } = specification.kind.partialShape(specification);
const nothing = { mean: 0, m2: 0, m3: 0, m4: 0 };
/** A partial whose 32 replicas all survive. */
const partial: ShardPartial = {
  ...sumsOf((replica) => Math.sin(replica)),
  backend: "simd",
  generator: "any",
  firstReplica: 0,
};

const ofGrowth = present(partial.checkpoints[1]?.moments[0]);

const MOMENTS = /at depth 200000 the moments of log_norm_growth are not those of so many layers/;
const SKETCH = /at depth 200000 the quantile sketch does not hold the survivors/;
const WIDTH =
  /at depth 200000 the bins of the quantile sketch have the width \S+, which is not the narrowest of/;
const EXTREMES = /at depth 200000 the quantile sketch has other extremes than its bins/;
const CONTRADICTION =
  /at depth 200000 the moments of log_norm_growth are not those of its quantile sketch/;

/** Sums over 32 replicas at both depths; a growth of −∞ is extinct. */
function sumsOf(growthOf: (replica: number) => number): ReplicaSums {
  const growths = Array.from({ length: 32 }, (_, replica) => growthOf(replica));
  const values = Float64Array.from([...growths, ...growths]);
  return sumReplicas([LOG_NORM_GROWTH], depths, sketchBinWidths, 32, values);
}

/** The partial with sums of other growths at its last checkpoint. */
function lastOf(growthOf: (replica: number) => number): ShardPartial {
  return last(() => present(sumsOf(growthOf).checkpoints[1]));
}

/** The partial with its last checkpoint changed. */
function last(change: (sums: CheckpointSums) => Partial<CheckpointSums>): ShardPartial {
  const checkpoints = partial.checkpoints.map((sums, i) =>
    i === 1 ? { ...sums, ...change(sums) } : sums,
  );
  return { ...partial, checkpoints };
}

function growth(change: Partial<Moments>): ShardPartial {
  return last(({ moments }) => ({ moments: moments.map((of) => ({ ...of, ...change })) }));
}

function sketch(change: Partial<QuantileSketch>): ShardPartial {
  return last(({ quantileSketch }) => ({ quantileSketch: { ...quantileSketch, ...change } }));
}

function lastSketch(of: QuantileSketch, change: Partial<QuantileSketch>): ShardPartial {
  return last(() => ({ quantileSketch: { ...of, ...change } }));
}

/** Sums at a depth to which nobody survived, with a mean that may be made up. */
function extinct({ quantileSketch, ...at }: CheckpointSums, mean = 0): CheckpointSums {
  const moments = [{ ...nothing, mean }];
  const { binWidth } = quantileSketch;
  const bins = { binWidth, binIndexes: [], binCounts: [] };
  return { ...at, survivorCount: 0, extinctCount: 32, moments, quantileSketch: bins };
}

/** The sketch that version 0.1 would have made. */
const WIDE: QuantileSketch = {
  binWidth: sketchBinWidths[1] ?? NaN,
  binIndexes: [-1, 0],
  binCounts: [16, 16],
};

describe("partialProblem", () => {
  for (const [what, sound] of [
    ["what a worker yields", partial],
    ["growth that does not fluctuate", lastOf(() => -3)],
    ["small sums", lastOf((replica) => 1e-6 * Math.sin(replica))],
    ["growth that is large for its spread", lastOf((replica) => -7e4 + 1e-9 * Math.sin(replica))],
    ["a single survivor", lastOf((replica) => (replica === 7 ? 3 : -Infinity))],
    ["a shard of which nobody survived", lastOf(() => -Infinity)],
    [
      "a sketch of bins of the width that they are aligned to, as version 0.1 made it",
      last(() => ({ quantileSketch: WIDE })),
    ],
  ] as const) {
    it(`finds nothing wrong with ${what}`, () => {
      assert.equal(problemOf(task, sound), undefined);
    });
  }

  for (const [what, spoiled, problem] of [
    ["another backend", { ...partial, backend: "reference" }, /computed by reference, not by simd/],
    [
      "other replicas",
      { ...partial, firstReplica: 32 },
      /32 replicas from 32 on, not 32 from 0 on/,
    ],
    ["fewer replicas", { ...partial, replicaCount: 31 }, /31 replicas from 0 on, not 32 from 0 on/],
    [
      "a missing checkpoint",
      { ...partial, checkpoints: partial.checkpoints.slice(1) },
      /depths are 200000$/,
    ],
    ["no checkpoint", { ...partial, checkpoints: [] }, /depths are $/],
    [
      "too many survivors",
      last((sums) => ({ survivorCount: sums.survivorCount + 1 })),
      /at depth 200000 survivors .* add up/,
    ],
    [
      "fewer than no extinct",
      last(() => ({ survivorCount: 33, extinctCount: -1 })),
      /do not add up/,
    ],
    [
      "fewer than no survivors",
      last(() => ({ survivorCount: -1, extinctCount: 33 })),
      /not those of|do not/,
    ],
    [
      "replicas that came back to life",
      { ...partial, checkpoints: partial.checkpoints.map((at, i) => (i === 0 ? extinct(at) : at)) },
      /at depth 200000 fewer replicas are extinct than before it/,
    ],
    ["a mean of nobody", last((at) => extinct(at, 1)), MOMENTS],
    [
      "one replica that deviates from itself",
      last(() => ({ survivorCount: 1, extinctCount: 31, moments: [{ ...nothing, m2: 1, m4: 1 }] })),
      MOMENTS,
    ],
    ["no generator", { ...partial, generator: "" }, /its generator is ''/],
    ["an endless generator", { ...partial, generator: "x".repeat(1e6) }, /^.{110,130}$/],
    ["a generator of two lines", { ...partial, generator: "a\nb" }, /its generator is 'a b'/],
    ["an endless backend", { ...partial, backend: "x".repeat(1e6) }, /^.{120,150}$/],
    [
      "endless checkpoints",
      {
        ...partial,
        checkpoints: Array.from({ length: 1e4 }, () => present(partial.checkpoints[0])),
      },
      /^.{110,130}$/,
    ],
    [
      "no moments",
      last(() => ({ moments: [] })),
      /200000 it has 0 moments and 0 co-moments, not 1/,
    ],
    ["co-moments of nothing", last(() => ({ coMoments: [1] })), /1 co-moments, not 1 and 0$/],
    ["no observables", { ...partial, observables: [] }, /its observables are $/],
    ["other observables", { ...partial, observables: ["a", "b"] }, /its observables are a, b$/],
    ["a mean that is no number", growth({ mean: NaN }), MOMENTS],
    ["a mean that no growth reaches", growth({ mean: -1e10 }), MOMENTS],
    ["a negative m₂", growth({ m2: -1 }), MOMENTS],
    ["an m₂ that no growth reaches", growth({ m2: 1e25 }), MOMENTS],
    ["an infinite m₃", growth({ m3: -Infinity }), MOMENTS],
    ["an m₃ that is no number", growth({ m3: NaN }), MOMENTS],
    ["a negative m₄", growth({ m4: -1 }), MOMENTS],
    ["an infinite m₄", growth({ m4: Infinity }), MOMENTS],
    ["an m₄ too small for its m₂", growth({ m2: 32, m4: 31 }), MOMENTS],
    ["an m₃ too large for its m₂ and m₄", growth({ m2: 1, m3: 2, m4: 1 }), MOMENTS],
    ["an m₄ too large for its m₂", growth({ m2: 1, m3: 0, m4: 2 }), MOMENTS],
    ["bins that are not aligned", sketch({ binWidth: 1 }), WIDTH],
    ["a sketch of others", sketch({ binIndexes: [0], binCounts: [7] }), SKETCH],
    ["bins without counts", sketch({ binIndexes: [0, 1], binCounts: [32] }), SKETCH],
    ["bins out of order", sketch({ binIndexes: [1, 0], binCounts: [16, 16] }), SKETCH],
    ["a bin twice", sketch({ binIndexes: [1, 1], binCounts: [16, 16] }), SKETCH],
    [
      "a bin that no growth reaches",
      lastSketch(WIDE, { binIndexes: [2 ** 52], binCounts: [32] }),
      SKETCH,
    ],
    ["half a bin", sketch({ binIndexes: [0.5], binCounts: [32] }), SKETCH],
    ["an empty bin", sketch({ binIndexes: [0, 1], binCounts: [32, 0] }), SKETCH],
    ["a count below zero", sketch({ binIndexes: [0, 1], binCounts: [33, -1] }), SKETCH],
    ["half a replica", sketch({ binIndexes: [0, 1], binCounts: [0.5, 31.5] }), SKETCH],
    ["bins wider than they need to be", lastSketch(WIDE, { minimum: -1, maximum: 1 }), WIDTH],
    [
      "bins of twice the width, without extremes",
      lastSketch(WIDE, { binWidth: 2 * WIDE.binWidth }),
      WIDTH,
    ],
    ["a minimum that is no number", sketch({ minimum: NaN }), EXTREMES],
    ["a minimum beyond its bin", sketch({ minimum: -2 }), EXTREMES],
    ["a maximum beyond its bin", sketch({ maximum: 1.5 }), EXTREMES],
    [
      "extremes of nobody",
      lastSketch(sketchOf(new Float64Array(), WIDE.binWidth), { minimum: 0, maximum: 0 }),
      /the quantile sketch/,
    ],
    ["a mean beyond all values", growth({ mean: 1.5 }), CONTRADICTION],
    ["a mean that is off by a little", growth({ mean: ofGrowth.mean + 1e-8 }), CONTRADICTION],
    ["twice the m₂", growth({ m2: 2 * ofGrowth.m2, m4: 4 * ofGrowth.m4 }), CONTRADICTION],
    ["an m₂ that is off by a little", growth({ m2: ofGrowth.m2 * (1 + 1e-7) }), CONTRADICTION],
    ["an m₃ of the other sign", growth({ m3: -ofGrowth.m3 }), CONTRADICTION],
    ["twice the m₄", growth({ m4: 2 * ofGrowth.m4 }), CONTRADICTION],
    [
      "a spread of values that are all one",
      last(() => ({ quantileSketch: sketchOf(new Float64Array(32), WIDE.binWidth) })),
      CONTRADICTION,
    ],
    [
      "moments that version 0.1's sketch does not allow",
      last(() => ({ quantileSketch: { ...WIDE, binIndexes: [3, 4] } })),
      CONTRADICTION,
    ],
  ] as const) {
    it(`finds ${what}`, () => {
      assert.match(problemOf(task, spoiled) ?? "nothing", problem);
    });
  }
});

describe("partialProblem, of observables beside the growth", () => {
  const DELTA: Observable = {
    name: "delta",
    sinceBurnIn: true,
    keptAt: "last_checkpoint",
    bound: () => 10,
  };
  const shape = {
    ...task.specification.kind.partialShape(task.specification),
    observables: [LOG_NORM_GROWTH, DELTA],
  };
  const [first, second] = partial.checkpoints;
  assert.ok(first && second);
  const delta = { mean: 1, m2: 32, m3: 0, m4: 64 };
  const most = Math.sqrt(ofGrowth.m2 * delta.m2);

  const withDelta = (change: Partial<CheckpointSums>): ShardPartial => ({
    ...partial,
    observables: ["log_norm_growth", "delta"],
    checkpoints: [
      first,
      { ...second, moments: [ofGrowth, delta], coMoments: [most / 2], ...change },
    ],
  });
  const problem = (spoiled: ShardPartial) => partialProblem(shape, task, spoiled) ?? "nothing";

  it("takes one whose further moments and co-moments are at the last checkpoint", () => {
    assert.equal(problem(withDelta({})), "nothing");
  });

  it("wants both there, and not before", () => {
    assert.match(problem(withDelta({ moments: [ofGrowth] })), /200000 it has 1 moments/);
    assert.match(problem(withDelta({ coMoments: [] })), /0 co-moments, not 2 and 1$/);
    const early = { ...first, moments: [ofGrowth, delta] };
    const spoiled = { ...withDelta({}), checkpoints: [early, second] };
    assert.match(problem(spoiled), /at depth 50 it has 2 moments/);
  });

  it("holds each observable to its own bound", () => {
    const far = { ...delta, mean: 11 };
    assert.match(problem(withDelta({ moments: [ofGrowth, far] })), /the moments of delta are not/);
  });

  it("finds a co-moment beyond what Cauchy and Schwarz allow, or that is no number", () => {
    for (const coMoment of [1.001 * most, -1.001 * most, NaN, Infinity]) {
      assert.match(problem(withDelta({ coMoments: [coMoment] })), /co-moments are larger than/);
    }
  });
});
