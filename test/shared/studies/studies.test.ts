import assert from "node:assert/strict";

import { bestSettings, type SelectionRule } from "../../../shared/studies/selection.ts";
import { stepsToLoss } from "../../../shared/studies/stepsToLoss.ts";
import { chosenRuns, studyReport } from "../../../shared/studies/studyReport.ts";
import { DIVERGENCE_RATIO } from "../../../shared/training/trainingObservables.ts";
import { armWith, curvePoint, measuredAs } from "../../support/studyArms.ts";

describe("the choice of settings", () => {
  // The first setting has the better best seeds, the second the better seeds in all.
  const arms = [
    armWith("he", 0.1, 0.4, { learningRate: 1 }),
    armWith("he", 0.2, 0.3, { learningRate: 2 }),
    armWith("he", 0.01, 0.01, { learningRate: 3, isComplete: false }),
    armWith("lyapunov", 0.3, 0.3, { learningRate: 1 }),
    armWith("lyapunov", 0.3, 0.3, { learningRate: 2 }),
    armWith("xavier", NaN, NaN, {
      bestMedianTestLoss: undefined,
      medianTestLoss: undefined,
      learningRate: 1,
    }),
  ];
  const cases: readonly (readonly [SelectionRule, ...(number | undefined)[]])[] = [
    ["best80", 1, 1, undefined],
    ["all", 2, 1, undefined],
  ];
  for (const [rule, ...rates] of cases) {
    it(`by ${rule} takes the smallest loss of complete arms, and the first of equal ones`, () => {
      const choices = bestSettings(arms, rule);
      assert.deepEqual(
        choices.map(({ arm }) => arm?.learningRate),
        rates,
      );
      assert.deepEqual(
        choices.map(({ initialization, armCount }) => [initialization, armCount]),
        [
          ["he", 3],
          ["lyapunov", 2],
          ["xavier", 1],
        ],
      );
    });
  }

  it("names each run once whose curve is needed", () => {
    assert.deepEqual(chosenRuns(arms), ["runs/he-1", "runs/lyapunov-1", "runs/he-2"]);
  });
});

describe("steps to a loss", () => {
  const curve = [curvePoint(0, 1), curvePoint(10, 0.1), curvePoint(20, 0.001)];

  it("are read from the curve and its band, by a straight line of the logarithm", () => {
    const steps = stepsToLoss({ curve }, "all", 0.01);
    assert.ok(steps);
    assert.ok(Math.abs((steps.estimate ?? NaN) - 15) < 1e-9);
    // The band is a factor 2 to both sides, and the curve falls by a factor 100 in ten steps.
    const shift = (10 * Math.log(2)) / Math.log(100);
    assert.ok(Math.abs((steps.interval?.earliest ?? NaN) - (15 - shift)) < 1e-9);
    assert.ok(Math.abs((steps.interval?.latest ?? NaN) - (15 + shift)) < 1e-9);
  });

  const cases: readonly (readonly [string, number, (number | undefined)[]])[] = [
    ["is above the target at last", 0.0001, [undefined, undefined, undefined]],
    ["reaches it with part of its band", 0.001, [20, undefined]],
    ["is below it from the start", 5, [0, 0, 0]],
  ];
  for (const [what, target, expected] of cases) {
    it(`are ${expected.join(", ") || "never"} where the curve ${what}`, () => {
      const steps = stepsToLoss({ curve }, "best80", target);
      const found = [steps?.estimate, steps?.interval?.latest, steps?.interval?.earliest];
      assert.deepEqual(found.slice(0, expected.length), expected);
    });
  }

  it("have no interval where there are too few seeds for a band", () => {
    const bare = [1, 0.1].map((loss, i) => ({
      ...curvePoint(10 * i, loss),
      medianTestLoss: { estimate: loss, lower: undefined, upper: undefined },
    }));
    assert.deepEqual(stepsToLoss({ curve: bare }, "all", 0.1), {
      estimate: 10,
      interval: undefined,
    });
  });

  it("are not known without a curve", () => {
    assert.equal(stepsToLoss({ curve: [] }, "all", 1), undefined);
  });

  it("end where a loss is exactly zero", () => {
    const zero = [curvePoint(0, 1), { ...curvePoint(8, 1), medianTestLoss: measuredAs(0) }];
    assert.equal(stepsToLoss({ curve: zero }, "all", 0.1)?.estimate, 8);
  });
});

/** The verdict by all seeds on initializations with these losses. */
function verdict(...losses: readonly [string, number][]): string | undefined {
  const arms = losses.map(([name, loss]) => armWith(name, loss, loss));
  return studyReport(arms, undefined).rules[1]?.verdict;
}

describe("the verdict of a study", () => {
  it("says who is best if no other interval reaches there", () => {
    assert.equal(
      verdict(["he", 1], ["lyapunov", 0.1]),
      "lyapunov has the lowest median test loss of all seeds, 0.1: its 95 % interval is below " +
        "those of all others.",
    );
  });

  it("says of whom the best is not told apart", () => {
    assert.equal(
      verdict(["he", 0.15], ["lyapunov", 0.2], ["xavier", 10]),
      "he has the lowest median test loss of all seeds, 0.15, but its 95 % interval overlaps that " +
        "of lyapunov: they are not told apart; it is below the others'.",
    );
  });

  it("tells nothing apart by digits that are not shown", () => {
    // Networks that are stuck have the best constant's loss but for rounding.
    const [best, stuck] = [0.2, 1.0330254].map((estimate, i) => ({
      estimate,
      lower: estimate,
      upper: 1.0330254 + i * 1e-9,
    }));
    assert.ok(best && stuck);
    const arms = [
      armWith("he", 1, 1, { medianTestLoss: { ...stuck, lower: 1.0330254 + 1e-11 } }),
      armWith("lyapunov", 1, 1, { medianTestLoss: best }),
    ];
    assert.match(
      studyReport(arms, undefined).rules[1]?.verdict ?? "",
      /interval overlaps that of he: they are not told apart\.$/,
    );
  });

  it("compares nothing where there is one initialization", () => {
    assert.equal(
      verdict(["he", 0.5]),
      "The median test loss of all seeds is 0.5; there is no initialization to compare he with.",
    );
  });

  it("compares nothing where all diverged", () => {
    assert.equal(
      verdict(["he", DIVERGENCE_RATIO], ["lyapunov", DIVERGENCE_RATIO]),
      "There is nothing to compare: by the median test loss of all seeds, all diverged.",
    );
    assert.match(verdict(["he", DIVERGENCE_RATIO], ["lyapunov", 1]) ?? "", /^lyapunov has/);
  });

  it("says if there are too few seeds, or no arm is complete", () => {
    const bare = { estimate: 1, lower: undefined, upper: undefined };
    const few = ["a", "b"].map((name) => armWith(name, 1, 1, { medianTestLoss: bare }));
    assert.match(studyReport(few, 1).rules[1]?.verdict ?? "", /too few seeds for intervals\.$/);
    const open = [armWith("a", 1, 1, { isComplete: false })];
    assert.match(studyReport(open, 1).rules[1]?.verdict ?? "", /^Nothing can be said: no arm/);
  });
});

describe("the report of a study", () => {
  it("counts arms, seeds, settings and trainings", () => {
    const arms = [
      armWith("a", 1, 1, { learningRate: 1 }),
      armWith("a", 1, 1, { learningRate: 2 }),
      armWith("b", 1, 1, { learningRate: 1 }),
      armWith("b", 1, 1, { learningRate: 2, isComplete: false, seedCount: 5 }),
    ];
    const { rules: _rules, ...counts } = studyReport(arms, 0.5);
    assert.deepEqual(counts, {
      task: "iris",
      armCount: 4,
      completeArmCount: 3,
      seedCount: 32,
      trainingCount: 101,
      settingCount: 2,
      level: 0.95,
      targetLoss: 0.5,
    });
  });
});
