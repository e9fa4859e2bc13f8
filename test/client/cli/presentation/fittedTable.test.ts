import assert from "node:assert/strict";

import {
  fittedFacts,
  fittedTable,
  type TableColumn,
} from "../../../../client/cli/presentation/fittedTable.ts";
import { otherKindDetails, otherKindTable } from "../../../../client/cli/presentation/otherKind.ts";
import { runDetails } from "../../../../client/cli/presentation/runDetails.ts";
import { runTable } from "../../../../client/cli/presentation/runTable.ts";
import { widthOf } from "../../../../client/cli/presentation/wrap.ts";
import { estimate, otherKindOfRun, received } from "../../../support/receivedRun.ts";

const WIDTHS = [40, 60, 80, 120, 200];

const COLUMNS: readonly TableColumn<{ readonly id: string; readonly words: string }>[] = [
  { head: "id", importance: 1, cell: ({ id }) => id },
  { head: "words", name: "", importance: 3, cell: ({ words }) => words },
  { head: "number", importance: 2, align: "right", cell: () => "−0.25 ± 0.01" },
];
const ROWS = [
  { id: "runs/1", words: "a sentence that is too long for its column" },
  { id: "runs/22", words: "–" },
];

/** The text without its lines, its frame and its spacing. */
function unframed(text: string): string {
  return text.replaceAll(/[│├┤┌┐└┘┬┴┼─\s]+/g, " ");
}

function assertFits(text: string, columns: number): void {
  for (const line of text.split("\n")) assert.ok(widthOf(line) <= columns, `${columns}: ${line}`);
}

describe("a table that fits", () => {
  it("is a table where there is room, or no limit", () => {
    for (const limit of [80, Infinity]) {
      const lines = fittedTable(COLUMNS, ROWS, limit).split("\n");
      assert.equal(lines.length, 6);
      assert.match(lines[3] ?? "", /^│ runs\/1 +│ a sentence .* │ −0\.25 ± 0\.01 │$/);
    }
  });

  it("writes below its row what has no room, the least important first", () => {
    assert.deepEqual(fittedTable(COLUMNS, ROWS, 40).split("\n").slice(1, -1), [
      "│ id            │            number │",
      "├───────────────┼───────────────────┤",
      "│ runs/1        │      −0.25 ± 0.01 │",
      "│   a sentence that is too long for │",
      "│   its column                      │",
      "│ runs/22       │      −0.25 ± 0.01 │",
    ]);
  });

  it("does without columns where not even the first has room", () => {
    const rows = [{ id: `runs/${"a".repeat(50)}`, words: "short" }];
    const text = fittedTable(COLUMNS, rows, 40);
    assertFits(text, 40);
    assert.match(text.replaceAll(/\s/g, ""), /runs\/a{50}.*short.*number−0.25±0.01/);
  });

  it("has the values of facts below their names where there is little room", () => {
    const facts = [["a name of some length", "−0.25 ± 0.01"]] as const;
    assert.equal(fittedFacts(facts, 40), "a name of some length\n  −0.25 ± 0.01");
    assert.match(fittedFacts(facts, 80), /│ a name of some length │ −0\.25 ± 0\.01 │/);
  });
});

describe("what is said of runs", () => {
  const results = {
    lyapunovExponent: { ...estimate(-0.20012, 0.00031), z: -0.387 },
    variance: { ...estimate(0.2525, 0.002), z: 1.25 },
    exact: { lyapunovExponent: -0.2, variance: 0.25, criticalGain: 1.7 },
    replicaCount: 65_536,
    shardCount: 8,
  };
  const swept = [
    received(results, { network: { negativeSlope: 0.01 }, burnIn: 0, level: 0.9 }),
    received(results, { network: { negativeSlope: -0.3 }, burnIn: 10, level: 0.995 }),
    received({
      ...results,
      state: "RUN_STATE_FAILED",
      error: "shard 3 was given up after 12 errors",
    }),
  ];

  it("fits every terminal, and says the same on each", () => {
    for (const columns of WIDTHS) {
      for (const text of [
        runTable(swept, columns),
        ...swept.map((run) => runDetails(run, columns)),
        otherKindTable([otherKindOfRun(), otherKindOfRun()], columns),
        otherKindDetails(otherKindOfRun(), columns),
      ]) {
        assertFits(text, columns);
      }
      const table = unframed(runTable(swept, columns));
      for (const whole of ["−0.20012 ± 0.00031", "0.5025 ± 0.0020", "−0.200000", "−0.39", "1.25"]) {
        assert.equal(table.split(whole).length, swept.length + 1, `${whole} in ${columns}`);
      }
      for (const sentence of ["Vanishes: typically shrinks", "given up after 12 errors"]) {
        assert.ok(table.includes(sentence), `${sentence} in ${columns}`);
      }
      const details = unframed(swept.map((run) => runDetails(run, columns)).join(" "));
      assert.match(details, /−0\.20012 ± 0\.00031, 95 % in \[−0\.20074, −0\.19950\] \(student_t\)/);
    }
  });

  it("keeps every swept parameter a column, in 40 columns, too", () => {
    for (const columns of WIDTHS) {
      const [, head = ""] = runTable(swept, columns).split("\n");
      for (const name of ["slope", "burn-in", "level"]) assert.ok(head.includes(name), head);
    }
  });
});
