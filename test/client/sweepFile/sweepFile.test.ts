import assert from "node:assert/strict";

import { InputError } from "../../../client/sdk/errors.ts";
import { parseSweep } from "../../../client/sweepFile/sweepFile.ts";

function networks(text: string): string[] {
  return parseSweep("sweep.yaml", text).runs.map(({ network, seed }) => {
    const { width, weights, namedGain, gain } = network;
    return `${width} ${weights} ${namedGain ?? gain} ${seed}`;
  });
}

/** The kinds of stopping rule of a file with these defaults and this grid. */
function rules(defaults: string, grid: string): string[] {
  const text = `{ name: a, defaults: { width: 2, ${defaults} }, grids: [{ ${grid} }] }`;
  return parseSweep("sweep.yaml", text).runs.map(({ stoppingRule }) => stoppingRule.kind);
}

describe("sweep files", () => {
  it("are the products of their lists, the first fields varying slowest", () => {
    const text = `
name: grid
defaults: { gain: [he, 1.5] }
grids:
  - { width: [2, 4] }
  - { width: 8, weights: orthogonal, gain: lyapunov }
`;
    assert.deepEqual(networks(text), [
      "2 gaussian he 0",
      "4 gaussian he 1",
      "2 gaussian 1.5 2",
      "4 gaussian 1.5 3",
      "8 orthogonal lyapunov 4",
    ]);
  });

  it("count seeds from the first on, unless a grid gives its own", () => {
    const text = `
name: seeds
firstSeed: 10
grids:
  - { width: [2, 4] }
  - { width: 8, seed: [1, 2] }
  - { width: 16 }
`;
    assert.deepEqual(networks(text), [
      "2 gaussian he 10",
      "4 gaussian he 11",
      "8 gaussian he 1",
      "8 gaussian he 2",
      "16 gaussian he 14",
    ]);
  });

  it("let a grid's stopping rule replace that of the defaults, of either kind", () => {
    assert.deepEqual(rules("replicas: 64", "precision: 0.1"), ["precision"]);
    assert.deepEqual(rules("precision: 0.1, maximumReplicas: 4096", "replicas: 64"), ["replicas"]);
    assert.deepEqual(rules("precision: 0.1", "depth: 3"), ["precision"]);
  });

  it("carry stopping rules, checkpoints and all that a run can have", () => {
    const { displayName, runs } = parseSweep(
      "sweep.yaml",
      `
name: everything
grids:
  - width: 3
    depth: 50
    negativeSlope: 0
    sampling: dense
    backend: reference
    burnIn: 5
    level: 0.9
    checkpoints: [10, 20]
    precision: 1e-3
    variancePrecision: 0.1
    minimumReplicas: 4
    maximumReplicas: 4096
`,
    );
    assert.equal(displayName, "everything");
    const [run] = runs;
    assert.deepEqual(run?.checkpointDepths, [10, 20, 50]);
    assert.deepEqual(
      [run?.sampling, run?.backend, run?.burnIn, run?.level],
      ["dense", "reference", 5, 0.9],
    );
    assert.equal(run?.network.negativeSlope, 0);
    assert.deepEqual(run?.stoppingRule, {
      kind: "precision",
      precision: {
        lyapunovExponent: 1e-3,
        variance: 0.1,
        minimumReplicaCount: 4,
        maximumReplicaCount: 4096,
      },
    });
  });

  it("give the parameter of a law only to that law, from the defaults too", () => {
    const { runs } = parseSweep(
      "sweep.yaml",
      `
name: laws
defaults: { width: 4, degreesOfFreedom: [3, 5] }
grids:
  - weights: [gaussian, student_t, sparse_gaussian]
    density: 0.25
  - weights: uniform
`,
    );
    assert.deepEqual(
      runs.map(({ network: { weights, degreesOfFreedom, density }, seed, sampling }) =>
        [weights, degreesOfFreedom, density, seed, sampling].join(),
      ),
      [
        "gaussian,,,0,isotropic",
        "student_t,3,,1,dense",
        "student_t,5,,2,dense",
        "sparse_gaussian,,0.25,3,dense",
        "uniform,,,4,dense",
      ],
    );
  });

  const refused: readonly [string, string, RegExp][] = [
    [
      "a parameter that no law of the grid has",
      "{ name: a, grids: [{ width: 2, degreesOfFreedom: 5 }] }",
      /^sweep\.yaml: grids\.0\.degreesOfFreedom: 5 is not allowed with gaussian weights, .*student_t/,
    ],
    [
      "a law without its parameter",
      "{ name: a, grids: [{ width: 2, weights: sparse_gaussian }] }",
      /^sweep\.yaml: grids\.0\.density: it is missing; give a number from 2⁻²⁰/,
    ],
    [
      "a parameter that is none",
      "{ name: a, grids: [{ width: 2, weights: student_t, degreesOfFreedom: [] }] }",
      /^sweep\.yaml: grids\.0\.degreesOfFreedom: \[\] is not allowed; give /,
    ],
    [
      "isotropic sampling of a law that is not",
      "{ name: a, grids: [{ width: 2, weights: [gaussian, uniform], sampling: isotropic }] }",
      /^sweep\.yaml: grids\.0\.sampling: 'isotropic' is not allowed with uniform weights/,
    ],
    ["no YAML", "name: [", /^sweep\.yaml: not YAML: /],
    ["an empty file", "", /^sweep\.yaml: the file: /],
    ["no name", "grids: [{ width: 2 }]", /^sweep\.yaml: name: /],
    ["no grid", "{ name: a, grids: [] }", /^sweep\.yaml: grids: /],
    ["an unknown field", "{ name: a, grids: [{ widht: 2 }] }", /^sweep\.yaml: grids\.0\.widht: /],
    ["an empty list", "{ name: a, grids: [{ width: [] }] }", /^sweep\.yaml: grids\.0\.width: /],
    [
      "no width",
      "{ name: a, grids: [{ depth: 3 }] }",
      /^sweep\.yaml: grids\.0\.width: it is missing/,
    ],
    [
      "a bad width",
      "{ name: a, grids: [{ width: 2 }, { width: [4, 0] }] }",
      /^sweep\.yaml: grids\.1\.width: 0 is not allowed/,
    ],
    [
      "a bad slope",
      "{ name: a, grids: [{ width: 2, negativeSlope: steep }] }",
      /^sweep\.yaml: grids\.0\.negativeSlope: 'steep' is not allowed/,
    ],
    [
      "two stopping rules",
      "{ name: a, grids: [{ width: 2, replicas: 9, precision: 0.1 }] }",
      /^sweep\.yaml: grids\.0\.replicas: .*give only one of them/,
    ],
    [
      "a negative precision",
      "{ name: a, grids: [{ width: 2, precision: -1 }] }",
      /^sweep\.yaml: grids\.0\.precision: -1 is not allowed/,
    ],
    [
      "too many runs",
      `{ name: a, grids: [{ width: [${Array.from({ length: 50 }, (_, i) => i + 1).join()}], depth: [${Array.from({ length: 41 }, (_, i) => i + 1).join()}] }] }`,
      /^sweep\.yaml: grids: 2050 runs are too many; give at most 2000/,
    ],
  ];
  for (const [what, text, message] of refused) {
    it(`are refused with a sentence that names file, field and remedy: ${what}`, () => {
      assert.throws(
        () => parseSweep("sweep.yaml", text),
        (error) => {
          assert.ok(error instanceof InputError);
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /\n/);
          return true;
        },
      );
    });
  }
});
