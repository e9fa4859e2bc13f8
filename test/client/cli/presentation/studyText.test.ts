import assert from "node:assert/strict";

import { studyText } from "../../../../client/cli/presentation/studyText.ts";
import { studyReport } from "../../../../shared/studies/studyReport.ts";
import { DIVERGENCE_RATIO } from "../../../../shared/training/trainingObservables.ts";
import { armWith, curvePoint } from "../../../support/studyArms.ts";

describe("the text of a study", () => {
  const curve = [curvePoint(0, 10), curvePoint(100, 0.01)];
  const arms = [
    armWith("he_normal", 0.1, 0.4, { learningRate: 0.003 }),
    armWith("he_normal", 0.2, 0.3, { learningRate: 0.01 }),
    armWith("lyapunov_normal", 0.01, 0.02, { learningRate: 0.003, curve }),
    armWith("lyapunov_normal", 0.03, 0.04, { learningRate: 0.01 }),
  ];

  it("has a table and a verdict by each rule, and what was spent", () => {
    const text = studyText(studyReport(arms, 0.1));
    assert.match(text, /^By the paper's rule: .*best 80 %/);
    assert.match(text, /\nBy a plain rule: .*all seeds/);
    assert.match(
      text,
      /│ he_normal +│ +0\.1 │ \[0\.05, 0\.2\] +│ – +│ +25 % │ +0 % │ adam +│ 0\.003 /,
    );
    assert.match(
      text,
      /│ he_normal +│ +0\.3 │ \[0\.15, 0\.6\] +│ – +│ +25 % │ +0 % │ adam +│ +0\.01 /,
    );
    assert.match(text, /│ lyapunov_normal +│ +0\.01 │ .* │ 67 \[57, 77\] +│/);
    assert.match(text, /lyapunov_normal has the lowest median test loss of the best 80 % of seeds/);
    assert.match(text, /\n4 arms × 32 seeds: 128 networks trained\.\n/);
    assert.match(text, /The best of 2 settings on the same seeds looks a little better than it is/);
  });

  it("names the level of its intervals, and what is in them", () => {
    const text = studyText(studyReport(arms, 0.1));
    assert.match(text, /│ 95 % interval +│/);
    assert.match(text, /\nThe ends of an interval of a loss are two of the ordered losses/);
  });

  it("says never of a loss that is not reached only where there is a band", () => {
    const bare = curve.map((point) => ({
      ...point,
      bestMedianTestLoss: {
        estimate: point.step === 0 ? 1 : 0.01,
        lower: undefined,
        upper: undefined,
      },
    }));
    const text = studyText(studyReport([armWith("he", 0.01, 0.01, { curve: bare })], 0.1));
    assert.match(text, /│ he +│ +0\.01 │ \[.*\] │ 50 +│ +25 %/);
  });

  it("has a word in place of the loss of networks that diverged", () => {
    const diverged = { estimate: 0.5, lower: 0.4, upper: DIVERGENCE_RATIO };
    const text = studyText(
      studyReport([armWith("he", 1, 1, { bestMedianTestLoss: diverged })], undefined),
    );
    assert.match(text, /│ he +│ +0\.5 │ \[0\.4, diverged\] │/);
  });

  it("leaves nothing out where there is little room", () => {
    const text = studyText(studyReport(arms, 0.1), 50);
    for (const line of text.split("\n")) assert.ok(line.length <= 50, line);
    for (const part of ["he_normal", "learning rate 0.003", "diverged 25 %", "steps to 0.1"]) {
      assert.ok(text.includes(part), text);
    }
  });
});
