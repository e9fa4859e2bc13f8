import assert from "node:assert/strict";

import { fourthCumulant } from "../../../shared/network/fourthCumulant.ts";

/** E f of a density on [low, high] by the midpoint rule. */
function expectation(
  density: (w: number) => number,
  [low, high]: readonly [number, number],
  f: (w: number) => number,
): number {
  const steps = 400_000;
  const step = (high - low) / steps;
  let [sum, mass] = [0, 0];
  for (let i = 0; i < steps; i++) {
    const w = low + (i + 0.5) * step;
    sum += density(w) * f(w);
    mass += density(w);
  }
  return sum / mass;
}

/** κ₄ of a symmetric density, over its variance squared, by integration. */
function integrated(density: (w: number) => number, range: readonly [number, number]): number {
  const second = expectation(density, range, (w) => w ** 2);
  return expectation(density, range, (w) => w ** 4) / second ** 2 - 3;
}

function normal(w: number): number {
  return Math.exp(-(w ** 2) / 2);
}

/** Its tails, as w = sinh(s): the midpoint rule reaches 10⁴⁰ there. */
function studentT(nu: number) {
  const range = [-92, 92] as const;
  const density = (s: number) => (1 + Math.sinh(s) ** 2 / nu) ** (-(nu + 1) / 2) * Math.cosh(s);
  const moment = (power: number) => expectation(density, range, (s) => Math.sinh(s) ** power);
  return moment(4) / moment(2) ** 2 - 3;
}

describe("the fourth cumulant of an entry", () => {
  for (const [what, actual, expected, tolerance] of [
    ["gaussian", fourthCumulant("gaussian"), integrated(normal, [-12, 12]), 1e-9],
    ["uniform", fourthCumulant("uniform"), integrated(() => 1, [-1, 1]), 1e-9],
    ["truncated_normal", fourthCumulant("truncated_normal"), integrated(normal, [-2, 2]), 1e-9],
    ["student_t of 9", fourthCumulant("student_t", { degreesOfFreedom: 9 }), studentT(9), 1e-7],
    ["student_t of 5", fourthCumulant("student_t", { degreesOfFreedom: 5 }), studentT(5), 1e-7],
    [
      "student_t of 4.5",
      fourthCumulant("student_t", { degreesOfFreedom: 4.5 }),
      studentT(4.5),
      1e-7,
    ],
  ] as const) {
    it(`is the integral of w⁴ less 3: ${what}`, () => {
      assert.ok(Math.abs(actual - expected) < tolerance, `${actual}, not ${expected}`);
    });
  }

  it("is the sum over the values of laws that have atoms", () => {
    assert.equal(fourthCumulant("rademacher"), 1 - 3);
    for (const density of [0.1, 0.5, 1]) {
      // 0, or with probability p a normal of variance 1/p, whose fourth moment is 3/p².
      const expected = density * (3 / density ** 2) - 3;
      assert.ok(Math.abs(fourthCumulant("sparse_gaussian", { density }) - expected) < 1e-12);
    }
  });

  it("is infinite where Student's t has no fourth moment", () => {
    assert.equal(fourthCumulant("student_t", { degreesOfFreedom: 4 }), Infinity);
    assert.equal(fourthCumulant("student_t", { degreesOfFreedom: 2.1 }), Infinity);
    assert.ok(fourthCumulant("student_t", { degreesOfFreedom: 4.001 }) < Infinity);
  });

  it("is no number where a parameter is missing", () => {
    assert.ok(Number.isNaN(fourthCumulant("student_t")));
    assert.ok(Number.isNaN(fourthCumulant("sparse_gaussian")));
  });
});
