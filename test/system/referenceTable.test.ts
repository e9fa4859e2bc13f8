import assert from "node:assert/strict";

import type { ExactExponents } from "../../shared/theory/exact.ts";
import { sharedCluster, type Cluster, type RunJson } from "./support/cluster.ts";
import { jsonHere } from "./support/command.ts";
import { present } from "../support/present.ts";

/** docs/theory.md#reference-values: width, slope; λ at He's gain, σ² and critical gain for Gaussian, then for orthogonal weights. */
const TABLE = [
  [2, 0.01, -1.434975, 4.086731, 5.938751, -1.146367, 3.675498, 4.449942],
  [4, 0.2, -0.326573, 0.433544, 1.922327, -0.191392, 0.27231, 1.679263],
  [8, 0.01, -0.214328, 0.367338, 1.752163, -0.149239, 0.296382, 1.64175],
  [16, 0.01, -0.088211, 0.104966, 1.544552, -0.056311, 0.071681, 1.496059],
  [64, 0.01, -0.020049, 0.020743, 1.442781, -0.012196, 0.012808, 1.431495],
  [256, 0.2, -0.00447, 0.0045, 1.392963, -0.002514, 0.00254, 1.390242],
] as const;

const ROWS = TABLE.flatMap(([width, slope, ...values]) => [
  { width, slope, weights: "gaussian", expected: values.slice(0, 3) },
  { width, slope, weights: "orthogonal", expected: values.slice(3) },
]);

/**
 * |z| < 4 of λ̂ and σ̂² for 12 rows isotropically and 10 densely: 44 z-scores. Were they standard
 * normal, a fresh choice of seeds would fail once in 360 (44 · P(|z| ≥ 4) = 44 · 6.3·10⁻⁵). The
 * seeds are fixed: a correct program never fails.
 */
const Z_LIMIT = 4;

describe("the reference table of docs/theory.md", () => {
  let cluster: Cluster;

  before(async () => {
    cluster = await sharedCluster();
  });

  for (const { width, slope, weights, expected } of ROWS) {
    const network = ["--width", `${width}`, "--negative-slope", `${slope}`, "--weights", weights];
    // Real matrices cost d² a layer; the widest rows are left to the isotropic law.
    const samplings = width <= 64 ? ["isotropic", "dense"] : ["isotropic"];

    it(`holds for width ${width}, slope ${slope}, ${weights}: exact and ${samplings.join(", ")}`, async () => {
      const [exact, ...runs] = await Promise.all([
        jsonHere<ExactExponents>(["exact", ...network]),
        ...samplings.map((sampling) =>
          cluster.run([...network, "--sampling", sampling, ...planOf(width, sampling)]),
        ),
      ]);
      assertPrinted([exact.lyapunovExponent, exact.variance, exact.criticalGain], expected);
      for (const run of runs) assertAgrees(run, exact, expected);
    });
  }
});

function planOf(width: number, sampling: string): string[] {
  const replicas = width === 64 && sampling === "dense" ? 2000 : 20_000;
  return `--depth 50 --replicas ${replicas} --seed 2602`.split(" ");
}

function assertPrinted(values: readonly unknown[], expected: readonly number[]): void {
  assert.deepEqual(
    values.map((value) => Number(value).toFixed(6)),
    expected.map((value) => value.toFixed(6)),
  );
}

function assertAgrees(run: RunJson, exact: ExactExponents, expected: readonly number[]): void {
  assert.deepEqual(
    [run.exact?.lyapunovExponent, run.exact?.variance, run.exact?.criticalGain],
    [exact.lyapunovExponent, exact.variance, exact.criticalGain],
  );
  for (const [i, { estimate, standardError, z }] of [
    present(run.lyapunovExponent),
    present(run.variance),
  ].entries()) {
    // The table's rounding is far below any standard error here, and independent of our closed form.
    const fromTable = (Number(estimate) - (expected[i] as number)) / Number(standardError);
    assert.ok(Math.abs(fromTable) < Z_LIMIT, `z = ${fromTable}`);
    assert.ok(Math.abs(fromTable - Number(z)) < 0.02, `z = ${z}, not ${fromTable}`);
  }
}
