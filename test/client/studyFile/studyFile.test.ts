import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";

import { InputError } from "../../../client/sdk/errors.ts";
import { uniformCriticalGain } from "../../../shared/initialization/uniformGain.ts";
import { checkpointSteps } from "../../../client/studyFile/checkpointSteps.ts";
import { parseStudy } from "../../../client/studyFile/studyFile.ts";

const STUDY = `
name: a study
task: iris
width: 2
depth: 9
steps: 100
seeds: 8
seed: 7
initializations: [he_normal, { name: mine, weights: uniform, gain: 1.5, candidates: 4 }]
optimizers: [adam, { name: sgd, learningRates: [0.1] }]
learningRates: [0.001, 0.01]
weightDecays: [0, 0.5]
finalLearningRateRatio: 0.1
`;

/** The arms of a study in a few words. */
function arms(text: string): string[] {
  return parseStudy("study.yaml", text).arms.map(({ fields }) => {
    const { displayName, network, training, seed } = fields;
    const { weights, namedGain, gain } = network;
    const { optimizer, learningRate, weightDecay, candidateCount } = training;
    return [
      displayName,
      `${weights} ${namedGain ?? gain} ${candidateCount}`,
      `${optimizer} ${learningRate} ${weightDecay}`,
      seed,
    ].join("; ");
  });
}

/** The lines with which a file is refused. */
function problemsOf(text: string): string[] {
  try {
    parseStudy("study.yaml", text);
  } catch (error) {
    assert.ok(error instanceof InputError);
    return error.message.split("\n");
  }
  throw new Error("the file is not refused");
}

describe("study files", () => {
  it("are the product of initializations and settings, all of one seed", () => {
    assert.deepEqual(arms(STUDY), [
      "he_normal; gaussian he 1; adam 0.001 0; 7",
      "he_normal; gaussian he 1; adam 0.001 0.5; 7",
      "he_normal; gaussian he 1; adam 0.01 0; 7",
      "he_normal; gaussian he 1; adam 0.01 0.5; 7",
      "he_normal; gaussian he 1; sgd 0.1 0; 7",
      "he_normal; gaussian he 1; sgd 0.1 0.5; 7",
      "mine; uniform 1.5 4; adam 0.001 0; 7",
      "mine; uniform 1.5 4; adam 0.001 0.5; 7",
      "mine; uniform 1.5 4; adam 0.01 0; 7",
      "mine; uniform 1.5 4; adam 0.01 0.5; 7",
      "mine; uniform 1.5 4; sgd 0.1 0; 7",
      "mine; uniform 1.5 4; sgd 0.1 0.5; 7",
    ]);
  });

  it("know the usual initializations by name, and sample √depth candidates", () => {
    const names = ["xavier_uniform", "pytorch_default", "he_orthogonal", "sampled_lyapunov_normal"];
    const text = STUDY.replace(/initializations: .*/, `initializations: [${names.join(", ")}]`);
    const found = arms(text).map((arm) => arm.split("; ").slice(0, 2).join("; "));
    assert.deepEqual(
      [...new Set(found)],
      [
        "xavier_uniform; uniform xavier 1",
        "pytorch_default; uniform pytorch 1",
        "he_orthogonal; orthogonal he 1",
        "sampled_lyapunov_normal; gaussian lyapunov 3",
      ],
    );
  });

  it("leave a critical gain without closed form to a run of the same stack", () => {
    const text = STUDY.replace(
      /initializations: .*/,
      "initializations: [{ name: r, weights: rademacher, gain: lyapunov }]",
    );
    const [arm] = parseStudy("study.yaml", text).arms;
    assert.equal(arm?.fields.network.namedGain, "he");
    assert.equal(arm?.calibrated?.network.namedGain, "lyapunov");
    assert.deepEqual([arm?.calibrated?.network.width, arm?.calibrated?.network.depth], [2, 9]);
  });

  it("take the critical gain of uniform weights from a table", () => {
    const text = STUDY.replace(/initializations: .*/, "initializations: [lyapunov_uniform]");
    const [arm] = parseStudy("study.yaml", text).arms;
    assert.equal(arm?.fields.network.gain, uniformCriticalGain(2, 0.01).gain);
    assert.equal(arm?.calibrated, undefined);
  });

  it("look at the start and then at equal ratios of steps, up to the last", () => {
    const steps = checkpointSteps(2000);
    assert.deepEqual([...steps.slice(0, 5), steps.at(-1)], [0, 1, 2, 3, 4, 2000]);
    assert.ok(steps.length <= 50);
    assert.deepEqual(
      steps.toSorted((a, b) => a - b),
      steps,
    );
  });

  const refusals: readonly (readonly [what: string, from: RegExp, to: string, said: string])[] = [
    [
      "a task",
      /iris/,
      "irises",
      "study.yaml:3:7: task: 'irises' is not allowed; give one of quintic_polynomial, " +
        "gaussian_mixture_score, two_spirals, iris",
    ],
    [
      "too many steps, and not for the checkpoints that follow from them",
      /steps: 100/,
      "steps: 100000000",
      "study.yaml:6:8: steps: 100000000 is not allowed; give an integer from 1 to 1,000,000",
    ],
    [
      "a field of sweep files",
      /task: iris/,
      "grids: []",
      "study.yaml:3:1: grids: only a sweep file has this field; give the file to 'lyapunov sweep'",
    ],
    [
      "a name of an initialization",
      /he_normal/,
      "he_normall",
      "study.yaml:9:19: initializations.0: 'he_normall' is not allowed; did you mean he_normal?",
    ],
    [
      "a gain of an initialization",
      /1\.5/,
      "hee",
      "study.yaml:9:68: initializations.1.gain: 'hee' is not allowed; give a positive finite " +
        "number or one of he, xavier, lecun, lyapunov, pytorch",
    ],
    [
      "an optimizer",
      /\[adam/,
      "[adan",
      "study.yaml:10:14: optimizers.0: 'adan' is not allowed; give one of sgd, momentum, adam",
    ],
    [
      "a learning rate, at its place in the list",
      /0\.01\]/,
      "-1]",
      "study.yaml:11:24: learningRates: -1 is not allowed; give a number above 0, at most 1,000",
    ],
    [
      "a learning rate that is there twice",
      /0\.01\]/,
      "0.001]",
      "study.yaml:11:24: learningRates.1: 0.001 is not allowed twice; give each value once",
    ],
    [
      "a number of seeds",
      /seeds: 8/,
      "seeds: 1",
      "study.yaml:7:8: seeds: 1 is not allowed; give an integer from 2 to 4,294,967,296",
    ],
    [
      "a field that there is not",
      /width: 2/,
      "width: 2\nwidht: 2",
      "study.yaml:5:1: widht: there is no such field; did you mean width?",
    ],
    [
      "a field of an optimizer that there is not",
      /learningRates: \[0\.1\]/,
      "rates: [0.1]",
      "study.yaml:10:33: optimizers.1.rates: there is no such field; give one of name, " +
        "learningRates, weightDecays",
    ],
    [
      "an initialization that is neither a name nor described",
      /he_normal,/,
      "17,",
      "study.yaml:9:19: initializations.0: 17 is not allowed; give a name such as he_normal, or " +
        "name, weights and gain",
    ],
  ];
  for (const [what, from, to, said] of refusals) {
    it(`are refused for ${what}`, () => {
      const problems = problemsOf(STUDY.replace(from, to));
      assert.deepEqual(problems, [said]);
    });
  }

  it("need learning rates, of the study or of each optimizer", () => {
    assert.deepEqual(problemsOf(STUDY.replace(/\nlearningRates: .*/, "")), [
      "study.yaml: learningRates: it is missing; give a list of learning rates for adam",
    ]);
  });

  it("have no more arms than a sweep has runs", () => {
    const rates = Array.from({ length: 600 }, (_, i) => (i + 1) / 1000).join(", ");
    const problems = problemsOf(
      STUDY.replace(/\nlearningRates: .*/, `\nlearningRates: [${rates}]`),
    );
    assert.deepEqual(problems, [
      "study.yaml:9:18: initializations: 2,404 arms are too many; give at most 2,000",
    ]);
  });

  it("are read as the examples are", () => {
    const counts = Object.fromEntries(
      globSync("examples/*.yaml")
        .filter((file) => readFileSync(file, "utf8").includes("\ninitializations:"))
        .map((file) => [file, parseStudy(file, readFileSync(file, "utf8")).arms.length]),
    );
    assert.deepEqual(counts["examples/quintic.yaml"], 7 * 12);
    assert.deepEqual(counts["examples/score.yaml"], 4 * 8);
    assert.ok((counts["examples/study.yaml"] ?? 0) > 1);
  });
});
