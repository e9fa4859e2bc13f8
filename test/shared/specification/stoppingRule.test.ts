import assert from "node:assert/strict";

import * as fc from "fast-check";

import {
  extensionProblem,
  isMet,
  isOutOfReach,
  predictedReplicaCount,
  replicaLimit,
  targetsAreMet,
  worstErrorRatio,
  type Precision,
  type ReplicaCounts,
  type StoppingRule,
} from "../../../shared/specification/stoppingRule.ts";
import { estimatesWithErrors } from "../../support/estimates.ts";

const RANGE = { minimumReplicaCount: 40, maximumReplicaCount: 100 };

function replicas(replicaCount: number): StoppingRule {
  return { kind: "replicas", replicaCount };
}

function precision(targets: Partial<Precision>): StoppingRule {
  return { kind: "precision", precision: { ...RANGE, ...targets } };
}

/** The count at which a run ends if its errors fall with the square root of the count. */
function end(rule: StoppingRule): number {
  let count = 1;
  while (
    !isMet(rule, alive(count), estimatesWithErrors(2 / Math.sqrt(count), 2 / Math.sqrt(count)))
  ) {
    count += 1;
  }
  return count;
}

/** A number of replicas, none of them extinct. */
function alive(count: number): ReplicaCounts {
  return { replicaCount: count, survivorCount: count };
}

describe("isMet", () => {
  const lambda = precision({ lyapunovExponent: 0.1 });
  const sigma = precision({ variance: 0.1 });
  const both = precision({ lyapunovExponent: 0.1, variance: 0.2 });
  const small = estimatesWithErrors(0.01, 0.01);
  for (const [what, rule, replicaCount, estimates, met] of [
    ["a count is not reached", replicas(100), 99, small, false],
    ["a count is reached", replicas(100), 100, undefined, true],
    ["a count is passed", replicas(100), 128, undefined, true],
    ["targets are met before the minimum", lambda, 39, small, false],
    ["targets are met at the minimum", lambda, 40, small, true],
    ["nothing is known at the minimum", lambda, 40, undefined, false],
    ["nothing is known at the maximum", lambda, 100, undefined, true],
    ["targets are missed at the maximum", lambda, 100, estimatesWithErrors(9, 9), true],
    ["targets are missed just before the maximum", lambda, 99, estimatesWithErrors(9, 9), false],
    ["the error is its target exactly", lambda, 50, estimatesWithErrors(0.1, 9), true],
    ["the error is just above its target", lambda, 50, estimatesWithErrors(0.1001, 0), false],
    ["λ is not asked for", sigma, 50, estimatesWithErrors(9, 0.1), true],
    ["σ² alone is asked for and missed", sigma, 50, estimatesWithErrors(0, 0.11), false],
    ["both are asked for and met", both, 50, estimatesWithErrors(0.1, 0.2), true],
    ["both are asked for and λ is missed", both, 50, estimatesWithErrors(0.15, 0.05), false],
    ["both are asked for and σ² is missed", both, 50, estimatesWithErrors(0.05, 0.25), false],
  ] as const) {
    it(`is ${met} when ${what}`, () => {
      assert.equal(isMet(rule, alive(replicaCount), estimates), met);
    });
  }

  it("asks the minimum of survivors, and the maximum of all", () => {
    assert.equal(isMet(lambda, { replicaCount: 99, survivorCount: 39 }, small), false);
    assert.equal(isMet(lambda, { replicaCount: 99, survivorCount: 40 }, small), true);
    assert.equal(isMet(lambda, { replicaCount: 100, survivorCount: 0 }, undefined), true);
  });
});

describe("targetsAreMet", () => {
  const targets: Precision = { ...RANGE, lyapunovExponent: 0.1 };
  for (const [what, count, error, met] of [
    ["an error is its target", 50, 0.1, true],
    ["an error is above it, at the limit too", 100, 0.1001, false],
    ["the limit is reached with a small error", 100, 0.01, true],
    ["fewer than the minimum have survived", 9, 0.01, false],
  ] as const) {
    it(`is ${met} when ${what}`, () => {
      assert.equal(targetsAreMet(targets, alive(count), estimatesWithErrors(error, 9)), met);
    });
  }

  it("is false where nothing is known", () => {
    assert.equal(targetsAreMet(targets, alive(100), undefined), false);
  });
});

describe("isOutOfReach", () => {
  const rule = precision({ lyapunovExponent: 0.1, maximumReplicaCount: 1000 });
  for (const [what, of, count, error, out] of [
    // 50 replicas with an error of 0.4 make 800 for 0.1, and with 0.5 they make 1,250.
    ["the limit suffices", rule, 50, 0.4, false],
    ["the limit does not suffice", rule, 50, 0.5, true],
    ["too few replicas say how many are needed", rule, 29, 9, false],
    ["there is no target", replicas(1000), 50, 9, false],
  ] as const) {
    it(`is ${out} when ${what}`, () => {
      assert.equal(isOutOfReach(of, alive(count), estimatesWithErrors(error, 0)), out);
    });
  }

  it("is false where nothing is known", () => {
    assert.equal(isOutOfReach(rule, alive(50), undefined), false);
  });
});

describe("LEAST_SURVIVOR_COUNT", () => {
  const early = precision({ lyapunovExponent: 0.1, minimumReplicaCount: 2 });
  const small = estimatesWithErrors(0.01, 0.01);

  it("is needed even if the minimum is smaller, but never beyond the maximum", () => {
    assert.equal(isMet(early, alive(31), small), false);
    assert.equal(isMet(early, alive(32), small), true);
    const short = precision({
      lyapunovExponent: 0.1,
      minimumReplicaCount: 2,
      maximumReplicaCount: 9,
    });
    assert.equal(isMet(short, alive(8), small), false);
    assert.equal(isMet(short, alive(9), small), true);
  });

  it("is planned for", () => {
    assert.equal(predictedReplicaCount(early, alive(8), small), 32);
  });
});

describe("worstErrorRatio", () => {
  for (const [what, targets, ratio] of [
    ["λ alone", { lyapunovExponent: 0.5 }, 4],
    ["σ² alone", { variance: 0.5 }, 6],
    ["λ where it is the worse", { lyapunovExponent: 0.2, variance: 1 }, 10],
    ["σ² where it is the worse", { lyapunovExponent: 1, variance: 0.1 }, 30],
  ] as const) {
    it(`asks ${what}`, () => {
      const actual = worstErrorRatio({ ...RANGE, ...targets }, estimatesWithErrors(2, 3));
      assert.ok(Math.abs(actual - ratio) < 1e-12, String(actual));
    });
  }
});

describe("predictedReplicaCount", () => {
  const rule = precision({ lyapunovExponent: 1, maximumReplicaCount: 1000 });
  for (const [what, of, error, expected] of [
    ["the count itself", replicas(77), 5, 77],
    [
      "the minimum while nothing is known",
      precision({ variance: 1, minimumReplicaCount: 150, maximumReplicaCount: 200 }),
      undefined,
      150,
    ],
    ["from there on twice what told nothing", rule, undefined, 100],
    ["four times the replicas for half the error", rule, 2, 200],
    ["whole replicas, rounded up", rule, 1.005, 51],
    ["what is there if the error is met exactly", rule, 1, 50],
    ["the minimum at least", rule, 0.01, 40],
    ["the maximum at most", rule, 100, 1000],
  ] as const) {
    it(`is ${what}`, () => {
      const estimates = error === undefined ? undefined : estimatesWithErrors(error, 99);
      assert.equal(predictedReplicaCount(of, alive(50), estimates), expected);
    });
  }

  it("makes up for those that die", () => {
    const counts = { replicaCount: 50, survivorCount: 4 };
    assert.equal(predictedReplicaCount(rule, counts, estimatesWithErrors(0.01, 99)), 500);
  });
});

describe("replicaLimit", () => {
  it("is the count, or the maximum of a precision", () => {
    assert.equal(replicaLimit(replicas(77)), 77);
    assert.equal(replicaLimit(precision({ variance: 1 })), 100);
  });
});

describe("extensionProblem", () => {
  const present = precision({ lyapunovExponent: 0.1, variance: 0.2 });
  const kept = { lyapunovExponent: 0.1, variance: 0.2 };
  for (const [what, before, next, folded, problem] of [
    ["more replicas", replicas(100), replicas(101), 100, undefined],
    ["the same replicas", replicas(100), replicas(100), 100, undefined],
    [
      "fewer than asked for",
      replicas(100),
      replicas(99),
      32,
      /^stopping_rule\.replica_count: 99 replicas are fewer than the 100 /,
    ],
    ["fewer than folded", precision(kept), replicas(63), 64, /63 replicas are fewer than the 64 /],
    ["a count after a precision", precision(kept), replicas(64), 64, undefined],
    [
      "a maximum below what is folded",
      replicas(100),
      precision({ variance: 0.1, minimumReplicaCount: 100 }),
      128,
      /\.maximum_replica_count: a maximum of 100 replicas is fewer than the 128 that the run has; /,
    ],
    [
      "a precision after a count",
      replicas(60),
      precision({ variance: 0.1, minimumReplicaCount: 60 }),
      60,
      undefined,
    ],
    [
      "a precision that could stop before the count",
      replicas(60),
      precision({ variance: 0.1, minimumReplicaCount: 59 }),
      60,
      /\.minimum_replica_count: a minimum of 59 .* the 60 that the run has already; give at least 60$/,
    ],
    ["the same targets", present, precision(kept), 64, undefined],
    ["a tighter λ", present, precision({ ...kept, lyapunovExponent: 0.05 }), 64, undefined],
    ["a tighter σ²", present, precision({ ...kept, variance: 0.1 }), 64, undefined],
    [
      "a looser λ",
      present,
      precision({ ...kept, lyapunovExponent: 0.11 }),
      64,
      /^stopping_rule\.precision\.lyapunov_exponent: .* looser than the 0\.1 .*; give at most 0\.1$/,
    ],
    ["a looser σ²", present, precision({ ...kept, variance: 0.21 }), 64, /\.variance: .* looser/],
    ["λ left out", present, precision({ variance: 0.2 }), 64, /\.lyapunov_exponent: .* looser/],
    ["σ² left out", present, precision({ lyapunovExponent: 0.1 }), 64, /\.variance: .* looser/],
    [
      "a looser target of another quantity",
      precision({ bias: 0.1 }),
      precision({ bias: 0.2 }),
      64,
      /\.targets\.bias: .* looser than the 0\.1 /,
    ],
    ["a further target", precision({ variance: 0.2 }), precision(kept), 64, undefined],
    ["a larger minimum", present, precision({ ...kept, minimumReplicaCount: 41 }), 64, undefined],
    [
      "a smaller minimum",
      present,
      precision({ ...kept, minimumReplicaCount: 39 }),
      64,
      /\.minimum_replica_count: a minimum of 39 .* the 40 that is the run's minimum now; give /,
    ],
    ["a larger maximum", present, precision({ ...kept, maximumReplicaCount: 101 }), 64, undefined],
    [
      "a smaller maximum",
      present,
      precision({ ...kept, maximumReplicaCount: 99 }),
      64,
      /\.maximum_replica_count: a maximum of 99 .* the 100 that the run may take already; give /,
    ],
  ] as const) {
    it(`${problem === undefined ? "lets" : "does not let"} a run go on with ${what}`, () => {
      const actual = extensionProblem(before, next, folded);
      if (problem === undefined) assert.equal(actual, undefined);
      else assert.match(`${actual?.field}: ${actual?.description}`, problem);
    });
  }

  const rules = fc.oneof(
    fc.integer({ min: 2, max: 300 }).map(replicas),
    fc
      .record({
        lyapunovExponent: fc.constantFrom(0.1, 0.2, 0.4),
        variance: fc.constantFrom(0.1, 0.2, 0.4),
        minimumReplicaCount: fc.integer({ min: 2, max: 100 }),
        maximumReplicaCount: fc.integer({ min: 100, max: 300 }),
      })
      .map(precision),
  );

  it("never lets a run end earlier than it did", () => {
    fc.assert(
      fc.property(rules, rules, (before, next) => {
        const folded = end(before);
        fc.pre(extensionProblem(before, next, folded) === undefined);
        assert.ok(end(next) >= folded);
      }),
      { seed: 1 },
    );
  });

  it("lets a run go on with the rule that it has", () => {
    fc.assert(
      fc.property(rules, (rule) => {
        assert.equal(extensionProblem(rule, rule, replicaLimit(rule)), undefined);
      }),
      { seed: 2 },
    );
  });
});
