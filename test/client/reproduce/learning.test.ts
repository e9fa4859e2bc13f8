import assert from "node:assert/strict";

import { chartSvg } from "../../../client/cli/presentation/svg.ts";
import type { Verdict } from "../../../client/reproduce/check.ts";
import { quinticLearning, scoreLearning } from "../../../client/reproduce/claims/learning.ts";
import { judge } from "../../../client/reproduce/judgement.ts";
import type { Estimate } from "../../../shared/wire/generated/lyapunov/v1/Estimate.ts";
import type { Run, Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { SimulationService } from "../../../shared/wire/protocol.ts";

const { responseSerialize, responseDeserialize } = SimulationService.service.GetRun;

/** The losses that trainings from an initialization end with, at the best setting. */
type Losses = (initialization: string) => number;

interface Precision {
  /** Half the width of an interval, as a share of the loss; undefined where there is no interval. */
  readonly share: number | undefined;
}

/** Answers a study's requests with made-up losses; each later setting is a little worse. */
function trained(runs: readonly Run[], losses: Losses, precision: Precision): Run__Output[] {
  const seen = new Map<string, number>();
  return runs.map((run, place) => {
    const name = String(run.displayName);
    const setting = seen.get(name) ?? 0;
    seen.set(name, setting + 1);
    const loss = losses(name) * (1 + setting);
    const steps = run.training?.checkpointSteps ?? [];
    const answer: Run = {
      ...run,
      name: `runs/${place}`,
      state: "RUN_STATE_SUCCEEDED",
      replicaCount: "100",
      estimates: {
        medianTestLoss: estimate(1.5 * loss, precision),
        bestMedianTestLoss: estimate(loss, precision),
        divergedShare: estimate(0.01, precision),
        stuckShare: estimate(0.125, precision),
      },
      trainingCheckpoints: steps.map((step) => ({
        step,
        medianTestLoss: estimate(1.5 * loss, precision),
        bestMedianTestLoss: estimate(loss, precision),
        medianTrainingLoss: estimate(loss, precision),
        testLossQuantiles: quantiles(loss),
        trainingLossQuantiles: quantiles(loss),
      })),
    };
    const response = responseDeserialize(responseSerialize({ run: answer }));
    if (response.run === null) throw new Error("a run was sent and none arrived");
    return response.run;
  });
}

function estimate(value: number, { share }: Precision): Estimate {
  if (share === undefined) return { estimate: value, level: 0.99 };
  return { estimate: value, lower: value * (1 - share), upper: value * (1 + share), level: 0.99 };
}

function quantiles(loss: number) {
  return [0.05, 0.25, 0.5, 0.75, 0.95].map((probability) => ({
    probability,
    value: loss * (0.5 + probability),
  }));
}

/** Number of networks that are trained. */
function trainings(runs: readonly Run[]): number {
  return runs.reduce((sum, { stoppingRule }) => sum + Number(stoppingRule?.replicaCount), 0);
}

const better: Losses = (name) => (name.includes("lyapunov") ? 0.1 : 0.3);
const PRECISE: Precision = { share: 0.1 };

describe("the claims about learning", () => {
  const table: readonly (readonly [string, Losses, Precision, Verdict])[] = [
    ["all conventional initializations are worse", better, PRECISE, "holds"],
    [
      "one of them is better",
      (name) => (name === "he_orthogonal" ? 0.05 : better(name)),
      PRECISE,
      "does not hold",
    ],
    ["they are not told apart", better, { share: 0.8 }, "cannot be told"],
    [
      "all losses are the same but for rounding",
      (name) => (name.includes("lyapunov") ? 1 : 1 + 1e-9),
      { share: 1e-12 },
      "cannot be told",
    ],
    [
      "they are the same but for rounding to the other side",
      (name) => (name.includes("lyapunov") ? 1 + 1e-9 : 1),
      { share: 1e-12 },
      "cannot be told",
    ],
    ["there are too few seeds for intervals", better, { share: undefined }, "cannot be told"],
    [
      "one Lyapunov initialization is best",
      (name) => (name === "lyapunov_orthogonal" ? 0.1 : 0.3),
      PRECISE,
      "holds",
    ],
  ];
  for (const claim of [quinticLearning, scoreLearning]) {
    for (const [what, losses, precision, verdict] of table) {
      it(`${claim.id}: '${verdict}' where ${what}`, () => {
        const judged = judge(claim, trained(claim.runs("quick"), losses, precision));
        assert.equal(judged.verdict, verdict, JSON.stringify(judged.checks));
      });
    }
  }

  it("ask for the paper's studies in full, and for a part of them in quick", () => {
    assert.equal(trainings(quinticLearning.runs("full")), 7 * 100 * 12);
    assert.equal(trainings(scoreLearning.runs("full")), 4 * 15 * 8);
    const [quick, full] = [quinticLearning.runs("quick"), quinticLearning.runs("full")];
    assert.ok(quick.length <= full.length);
    assert.ok(trainings(quick) < trainings(full) / 4);
    // All comparisons together are made at the claim's false-alarm rate.
    assert.deepEqual([...new Set(full.map(({ level }) => level))], [1 - 0.05 / 4]);
  });

  it("tell by both rules what each initialization is best at, and draw its curve", async () => {
    const { figures, tables } = judge(
      quinticLearning,
      trained(quinticLearning.runs("full"), better, PRECISE),
    );
    const text = tables.join("\n");
    assert.match(text, /^84 arms of 100 seeds each: 8,400 networks were trained\./);
    assert.match(
      text,
      /\| he_normal \| adam, rate [\d.]+, decay 0 \| 12 \| 0\.3 \| \[0\.27, 0\.33\] \| 1 % \| 12\.5 % \|/,
    );
    assert.match(text, /\| he_normal \| adam, rate [\d.]+, decay 0 \| 12 \| 0\.45 \|/);
    for (const { picture } of figures) {
      const svg = await chartSvg(picture);
      assert.ok(svg.includes("sampled_lyapunov_normal"));
      assert.doesNotMatch(svg, /NaN|undefined/);
    }
  });
});
