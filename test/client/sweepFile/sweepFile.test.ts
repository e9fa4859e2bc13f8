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

/** The lines with which a file is refused. */
function problemsOf(text: string): string[] {
  try {
    parseSweep("sweep.yaml", text);
  } catch (error) {
    assert.ok(error instanceof InputError);
    return error.message.split("\n");
  }
  throw new Error("the file is not refused");
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

  it("are refused with the command where they are study files", () => {
    assert.throws(() => parseSweep("study.yaml", "name: a\ninitializations: [he_normal]\n"), {
      name: "InputError",
      message:
        "study.yaml:2:1: initializations: only a study file has this field; " +
        "give the file to 'lyapunov study'",
    });
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
      /^sweep\.yaml:1:\d+: grids\.0\.degreesOfFreedom: 5 is not allowed with gaussian weights, .*student_t/,
    ],
    [
      "a law without its parameter",
      "{ name: a, grids: [{ width: 2, weights: sparse_gaussian }] }",
      /^sweep\.yaml:1:\d+: grids\.0\.density: it is missing; give a number from 2⁻²⁰/,
    ],
    [
      "a parameter that is none",
      "{ name: a, grids: [{ width: 2, weights: student_t, degreesOfFreedom: [] }] }",
      /^sweep\.yaml:1:\d+: grids\.0\.degreesOfFreedom: \[\] is not allowed; give /,
    ],
    [
      "isotropic sampling of a law that is not",
      "{ name: a, grids: [{ width: 2, weights: [gaussian, uniform], sampling: isotropic }] }",
      /^sweep\.yaml:1:\d+: grids\.0\.sampling: 'isotropic' is not allowed with uniform weights/,
    ],
    ["no YAML", "name: [", /^sweep\.yaml:1:8: not YAML: /],
    ["an empty file", "", /^sweep\.yaml: the file: /],
    ["no name", "grids: [{ width: 2 }]", /^sweep\.yaml: name: /],
    ["no grid", "{ name: a, grids: [] }", /^sweep\.yaml:1:\d+: grids: /],
    [
      "an unknown field",
      "{ name: a, grids: [{ widht: 2 }] }",
      /^sweep\.yaml:1:\d+: grids\.0\.widht: /,
    ],
    [
      "an empty list",
      "{ name: a, grids: [{ width: [] }] }",
      /^sweep\.yaml:1:\d+: grids\.0\.width: /,
    ],
    [
      "no width",
      "{ name: a, grids: [{ depth: 3 }] }",
      /^sweep\.yaml:1:\d+: grids\.0\.width: it is missing/,
    ],
    [
      "a bad width",
      "{ name: a, grids: [{ width: 2 }, { width: [4, 0] }] }",
      /^sweep\.yaml:1:\d+: grids\.1\.width: 0 is not allowed/,
    ],
    [
      "a bad slope",
      "{ name: a, grids: [{ width: 2, negativeSlope: steep }] }",
      /^sweep\.yaml:1:\d+: grids\.0\.negativeSlope: 'steep' is not allowed/,
    ],
    [
      "two stopping rules",
      "{ name: a, grids: [{ width: 2, replicas: 9, precision: 0.1 }] }",
      /^sweep\.yaml:1:\d+: grids\.0\.replicas: .*give only one of them/,
    ],
    [
      "a negative precision",
      "{ name: a, grids: [{ width: 2, precision: -1 }] }",
      /^sweep\.yaml:1:\d+: grids\.0\.precision: -1 is not allowed/,
    ],
    [
      "too many runs",
      `{ name: a, grids: [{ width: [${Array.from({ length: 50 }, (_, i) => i + 1).join()}], depth: [${Array.from({ length: 41 }, (_, i) => i + 1).join()}] }] }`,
      /^sweep\.yaml:1:\d+: grids: 2050 runs are too many; give at most 2000/,
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

  it("are refused with a line for each problem, in the order of the file", () => {
    const text = `name: a
firstSeed: -1
defaults: { depht: 3 }
grids:
  - width: [2, 4]
    negative_slope: 0.1
  - { width: 2, replica_count: 5 }
`;
    assert.deepEqual(problemsOf(text), [
      "sweep.yaml:2:12: firstSeed: -1 is not allowed; give an integer from 0 to 2⁶⁴ − 1",
      "sweep.yaml:3:13: defaults.depht: there is no such field; did you mean depth?",
      "sweep.yaml:6:5: grids.0.negative_slope: there is no such field; did you mean negativeSlope?",
      "sweep.yaml:7:17: grids.1.replica_count: there is no such field; did you mean replicas?",
    ]);
  });

  it("are refused with values that are not allowed beside fields that are not known", () => {
    const text = `name: a
defaults: { depth: 100, weights: [gausian, student_t] }
grids:
  - width: [4, 0, 4, 0]
    negative_slope: 0.1
    gain: [he, kaiming]
  - { precision: -1, degreesOfFreedom: 5, seed: 3.5 }
`;
    assert.deepEqual(problemsOf(text), [
      "sweep.yaml:2:35: defaults.weights: 'gausian' is not allowed; give one of gaussian, " +
        "orthogonal, uniform, rademacher, truncated_normal, student_t, sparse_gaussian",
      "sweep.yaml:4:16: grids.0.width: 0 is not allowed; give an integer from 1 to 1,000,000",
      "sweep.yaml:5:5: grids.0.negative_slope: there is no such field; did you mean negativeSlope?",
      "sweep.yaml:6:16: grids.0.gain: 'kaiming' is not allowed; give a positive finite number " +
        "or one of he, xavier, lecun, lyapunov, pytorch",
      "sweep.yaml:7:18: grids.1.precision: -1 is not allowed; give a positive finite number",
      "sweep.yaml:7:49: grids.1.seed: 3.5 is not allowed; give an integer from 0 to 2⁶⁴ − 1",
    ]);
  });

  it("are refused with the place of each value that is not allowed, once for all its runs", () => {
    const text = `name: a
grids:
  - width: [2, 0, 4, -3]
    gain: [he, foo]
  - depth: 3
defaults:
  level: 3
`;
    assert.deepEqual(problemsOf(text), [
      "sweep.yaml:3:16: grids.0.width: 0 is not allowed; give an integer from 1 to 1,000,000",
      "sweep.yaml:3:22: grids.0.width: -3 is not allowed; give an integer from 1 to 1,000,000",
      "sweep.yaml:4:16: grids.0.gain: 'foo' is not allowed; give a positive finite number or one of he, xavier, lecun, lyapunov, pytorch",
      "sweep.yaml:5:5: grids.1.width: it is missing; give an integer from 1 to 1,000,000",
      "sweep.yaml:7:10: defaults.level: 3 is not allowed; give a number from 0.5 to 0.9999",
    ]);
  });

  it("are refused with at most twenty problems, and the number of the rest", () => {
    const fields = Array.from({ length: 25 }, (_, i) => `foreign${i}: 1`).join(", ");
    const problems = problemsOf(`{ name: a, grids: [{ width: 2, ${fields} }] }`);
    assert.equal(problems.length, 21);
    assert.equal(problems.at(-1), "sweep.yaml: and 5 more");
  });

  it("are refused with the names of keys that are there twice, and without a parser's advice", () => {
    assert.deepEqual(problemsOf("name: a\nname: b\ngrids: [{ width: 2 }]\n---\nname: c\n"), [
      "sweep.yaml:2:1: not YAML: 'name' is there twice; give each field once",
      "sweep.yaml:4:1: not YAML: a second document begins here; take the line '---' away, or make it a file of its own",
    ]);
  });

  it("take every seed to 2⁶⁴ − 1 to the last digit, in quotes or without", () => {
    for (const seed of ["18446744073709551613", "'18446744073709551613'"]) {
      const text = `{ name: a, firstSeed: ${seed}, grids: [{ width: [2, 3] }, { width: 4, seed: ${seed} }] }`;
      const { runs } = parseSweep("sweep.yaml", text);
      const first = 2n ** 64n - 3n;
      assert.deepEqual(
        runs.map((run) => run.seed),
        [first, first + 1n, first],
      );
    }
    const beyond = "{ name: a, firstSeed: 18446744073709551616, grids: [{ width: 2 }] }";
    assert.deepEqual(problemsOf(beyond), [
      "sweep.yaml:1:23: firstSeed: 18446744073709551616 is not allowed; give an integer from 0 to 2⁶⁴ − 1",
    ]);
    const out = "{ name: a, firstSeed: 18446744073709551615, grids: [{ width: [2, 3] }] }";
    assert.deepEqual(problemsOf(out), [
      "sweep.yaml:1:23: firstSeed: 18446744073709551615 leaves no seeds for 2 runs; give at most 18446744073709551614",
    ]);
  });

  it("say when runs share a seed", () => {
    const { notes } = parseSweep(
      "sweep.yaml",
      "{ name: a, defaults: { seed: 7 }, grids: [{ width: [2, 4, 8] }, { width: 2, seed: 1 }] }",
    );
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? "", /^sweep\.yaml: 3 runs have the seed 7: .* leave out seed/);
    const { notes: none } = parseSweep("sweep.yaml", "{ name: a, grids: [{ width: [2, 4] }] }");
    assert.deepEqual(none, []);
  });
});
