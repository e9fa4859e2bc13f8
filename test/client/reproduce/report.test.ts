import assert from "node:assert/strict";

import { criticalInitialization } from "../../../client/reproduce/claims/criticalInitialization.ts";
import { lowWidth } from "../../../client/reproduce/claims/lowWidth.ts";
import { judge } from "../../../client/reproduce/judgement.ts";
import type { ReportFacts } from "../../../client/reproduce/reportFacts.ts";
import { reportToJson } from "../../../client/reproduce/reportJson.ts";
import { reportText } from "../../../client/reproduce/reportText.ts";
import { sampleOf } from "../../../client/reproduce/sample.ts";
import { fabricated } from "../../support/fabricatedRuns.ts";

const FACTS: ReportFacts = {
  version: "1.2.3",
  scale: "quick",
  command: "lyapunov reproduce --quick",
  startTime: "2026-01-02T03:04:05.000Z",
  seconds: 61,
  predictedSeconds: 59,
  isResumed: true,
  machine: "Node 24; a processor",
};

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

describe("the report", () => {
  const judgements = [
    judge(lowWidth, fabricated(lowWidth.runs("quick"))),
    judge(
      criticalInitialization,
      fabricated(criticalInitialization.runs("quick"), { exponentShift: 0.01 }),
    ),
  ];
  const text = reportText(FACTS, judgements);

  it("begins with the verdicts", () => {
    const [head = ""] = text.split("## ");
    assert.match(head, /^# Lyapunov initialization: the claims, recomputed\n/);
    assert.match(head, /lyapunov-cluster 1\.2\.3/);
    assert.match(head, /Holds: 1 of 2 claims\. Does not hold: 1\. Cannot be told: 0\./);
    assert.match(
      head,
      /\[He and orthogonal[^\n]*\(#low-width\) \| \*\*holds\*\* \| 6 of 6 \| 16 \|/,
    );
    assert.match(head, /\(#lyapunov\) \| \*\*does not hold\*\* \|/);
    assert.match(head, /has a probability of 0\.2 % at most/);
  });

  it("has of every claim its figures, checks, seeds, and what was computed", () => {
    for (const { claim, checks, figures, verdict } of judgements) {
      const section = text.split(`<a id="${claim.id}"></a>`)[1]?.split("<a id")[0] ?? "";
      assert.ok(section.includes(claim.statement));
      assert.ok(section.includes(`**Verdict: ${verdict}**`));
      for (const { name } of figures) assert.ok(section.includes(`](${name}.svg)`), name);
      for (const { what } of checks) assert.ok(section.includes(what.replaceAll("|", "\\|")), what);
    }
    assert.match(
      text,
      /\| d·λ̂ for d → ∞, gaussian \| −1\.2\d+ \| \[−1\.\d+, −1\.\d+\] \| −1\.3 to −1\.2 \|/,
    );
    assert.match(text, /\*Computed:\* 16 runs with [\d,]+ replicas; weights gaussian, orthogonal;/);
    assert.match(text, /the gain `he` is √\(2\/\(1 \+ α²\)\)/);
    assert.match(text, /sampling dense; backend simd; seeds 50000–50015\./);
  });

  it("tells how it was made, and that it was interrupted", () => {
    const [, end = ""] = text.split("## How this was made");
    assert.match(end, /Command: `lyapunov reproduce --quick`/);
    assert.match(end, /took 1 min 1 s, where 59 s were predicted; parts of it had been computed/);
    assert.doesNotMatch(text, /NaN|undefined|Infinity/);
  });

  it("has every number as data, too", () => {
    const data = JSON.parse(JSON.stringify(reportToJson(FACTS, judgements))) as ReturnType<
      typeof reportToJson
    >;
    assert.deepEqual(
      data.claims.map(({ id, verdict, runs }) => [id, verdict, runs.length]),
      [
        ["low-width", "holds", 16],
        ["lyapunov", "does not hold", 22],
      ],
    );
    const [claim] = data.claims;
    assert.equal(claim?.falseAlarmRate, 0.001);
    assert.deepEqual(
      claim?.checks.map(({ estimate }) => estimate),
      judgements[0]?.checks.map(({ estimate }) => estimate),
    );
    assert.equal(
      claim?.runs[0]?.lyapunovExponent?.estimate,
      judgements[0]?.runs[0]?.lyapunovExponent?.estimate,
    );
  });
});

describe("a sample of runs", () => {
  it("has one run of each sort, with its share of the replicas", () => {
    const runs = criticalInitialization.runs("full");
    const sample = sampleOf(runs, 0.01);
    const whole = runs.reduce(
      (sum, { stoppingRule }) => sum + Number(stoppingRule?.replicaCount),
      0,
    );
    assert.equal(total(sample.map(({ wholeReplicaCount }) => wholeReplicaCount)), whole);
    assert.ok(
      Math.abs(total(sample.map(({ replicaCount }) => replicaCount)) / whole - 0.01) < 0.0005,
    );
    for (const { run, replicaCount } of sample) {
      assert.equal(run.stoppingRule?.replicaCount, String(replicaCount));
    }
    const sorts = new Set(runs.map(({ network }) => `${network?.weights} ${network?.width}`));
    assert.equal(sample.length, sorts.size);
  });
});
