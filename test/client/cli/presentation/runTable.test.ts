import assert from "node:assert/strict";

import { runTable } from "../../../../client/cli/presentation/runTable.ts";
import { estimate, received } from "../../../support/receivedRun.ts";
import { present } from "../../../support/present.ts";

/** The cells of the table's rows, its head first. */
function cells(table: string): string[][] {
  return table
    .split("\n")
    .filter((line) => line.startsWith("│"))
    .map((line) =>
      line
        .split("│")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const EXACT = { lyapunovExponent: -0.2, variance: 0.25, criticalGain: 1.7 };

describe("the table of runs", () => {
  it("shows estimates with as many digits as they are good for, beside exact values", () => {
    const run = received({
      lyapunovExponent: { ...estimate(-0.20012, 0.00031), z: -0.387 },
      variance: { ...estimate(0.2525, 0.002), z: 1.25 },
      exact: EXACT,
    });
    const [head, row] = cells(runTable([run]));
    const shown = Object.fromEntries(present(head).map((name, i) => [name, row?.[i]]));
    assert.equal(shown["λ̂ ± s.e."], "−0.20012 ± 0.00031");
    assert.equal(shown["λ exact"], "−0.200000");
    // √0.2525, with the error of the square root: 0.002 / (2 · 0.5025).
    assert.equal(shown["σ̂ ± s.e."], "0.5025 ± 0.0020");
    assert.equal(shown["σ exact"], "0.50000");
    assert.equal(row?.[present(head).indexOf("z")], "−0.39");
    assert.equal(row?.[present(head).lastIndexOf("z")], "1.25");
  });

  it("never shows the exact λ of survivors as if it were λ", () => {
    const run = received({
      lyapunovExponent: { extinct: true, level: 0.95 },
      survivors: { lyapunovExponent: estimate(-0.2012, 0.0031), survivalRatio: 0.9 },
      exact: { extinct: true, survivors: { lyapunovExponent: -0.2, variance: 0.25 } },
    });
    const [head, row] = cells(runTable([run]));
    assert.equal(row?.[present(head).indexOf("λ exact")], "−∞ (−0.20000)");
  });

  it("names only what tells several runs apart", () => {
    const runs = [4, 8].map((width) => received({ exact: EXACT }, { network: { width } }));
    const [head] = cells(runTable(runs));
    assert.equal(head?.[0], "width");
    for (const same of ["depth", "weights", "seed", "gain"]) assert.ok(!head?.includes(same), same);
    const seeds = [1, 2].map((seed) => received({ exact: EXACT }, { seed }));
    assert.equal(cells(runTable(seeds))[0]?.[0], "seed");
  });

  it("tells laws of one name apart by their parameters", () => {
    const laws = [
      { weights: "gaussian" },
      { weights: "student_t", degreesOfFreedom: 3 },
      { weights: "student_t", degreesOfFreedom: 5 },
      { weights: "sparse_gaussian", density: 0.1 },
    ];
    const [head, ...rows] = cells(runTable(laws.map((network) => received({}, { network }))));
    const column = present(head).indexOf("weights");
    assert.deepEqual(
      rows.map((row) => row[column]),
      ["gaussian", "student_t(ν=3)", "student_t(ν=5)", "sparse_gaussian(p=0.1)"],
    );
    assert.ok(!present(head).includes("seed"));
  });

  it("names the survivors where λ = −∞, and tells the critical gain and a missed target", () => {
    const dead = received({
      replicaCount: 100,
      extinctCount: 60,
      lyapunovExponent: { extinct: true, level: 0.95 },
      survivors: { lyapunovExponent: estimate(-0.2, 0.001) },
      criticalGain: estimate(1.7, 0.002),
    });
    const missed = received({ lyapunovExponent: estimate(-0.2, 0.001), targetMet: false });
    const [head, first, second] = cells(runTable([dead, missed]));
    assert.equal(first?.[present(head).indexOf("λ̂ ± s.e.")], "−∞ (survivors −0.2000 ± 0.0010)");
    assert.equal(first[present(head).indexOf("critical gain")], "1.7000 ± 0.0020");
    assert.match(String(second?.at(-1)), /^Target missed\. Vanishes: /);
  });

  it("leaves out what is not known, and says why a run failed", () => {
    const run = received({ state: "RUN_STATE_FAILED", error: "shard 3 was given up", exact: null });
    const [head, row] = cells(runTable([run]));
    assert.equal(row?.at(-1), "FAILED: shard 3 was given up");
    assert.equal(row?.[present(head).indexOf("λ̂ ± s.e.")], "–");
    assert.equal(row?.[present(head).indexOf("λ exact")], "–");
    assert.equal(row?.[present(head).indexOf("×1000 at depth")], "–");
    assert.doesNotMatch(runTable([run]), /NaN|undefined|null/);
  });
});
