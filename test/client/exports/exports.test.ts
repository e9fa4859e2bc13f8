import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { parquetReadObjects, parquetSchema, parquetMetadata } from "hyparquet";

import { COLUMNS, exportRows, type Cell } from "../../../client/exports/columns.ts";
import { exported } from "../../../client/exports/formats.ts";
import { runTool } from "../../system/support/tools.ts";
import { estimate, otherKindOfRun, received } from "../../support/receivedRun.ts";
import { needing } from "../../support/tiers/tiers.ts";

/**
 * Runs: one that needs quoting, one with λ = −∞ and a seed that no double holds, one without rows,
 * and one of another kind.
 */
const RUNS = [
  received(
    {
      name: "runs/quoted",
      lyapunovExponent: estimate(-0.1 - 0.2, 1e-300),
      variance: estimate(1 / 3, 0.01),
      exact: { lyapunovExponent: -0.25, variance: 0.5, criticalGain: 1.5 },
      replicaCount: 2 ** 32,
      createTime: { seconds: 1_700_000_000, nanos: 123_000_000 },
      checkpoints: [
        { depth: 1, survivorCount: 1000, mean: -0.5, variance: 2, skewness: 0, excessKurtosis: -1 },
        {
          depth: 100,
          survivorCount: 999,
          extinctCount: 1,
          quantiles: [{ probability: 0.025, value: -7.5 }],
        },
      ],
    },
    { displayName: 'a "quoted", name; =1+1' },
  ),
  received(
    {
      name: "runs/extinct",
      lyapunovExponent: { extinct: true, level: 0.95, method: "student_t" },
      survivors: { lyapunovExponent: estimate(-1, 0.5), survivalRatio: 0.25 },
      checkpoints: [{ depth: 100 }],
    },
    { seed: "18446744073709551615", network: { negativeSlope: 0 } },
  ),
  received({ name: "runs/queued", state: "RUN_STATE_QUEUED" }),
  otherKindOfRun({ name: "runs/other" }),
];

const rows = exportRows(RUNS);
const cells = rows.map((row) =>
  Object.fromEntries(COLUMNS.map(({ name, cell }) => [name, cell(row)])),
);

/** A row with its times as text, as formats without times have it. */
function withoutDates(row: Record<string, Cell>) {
  return Object.fromEntries(
    Object.entries(row).map(([name, cell]) => [
      name,
      cell instanceof Date ? cell.toISOString() : cell,
    ]),
  );
}

/** Turns a bigint into a number: Parquet's integers are read as bigints. */
function plain(cell: unknown): unknown {
  return typeof cell === "bigint" ? Number(cell) : cell;
}

describe("an export", () => {
  it("has a row for every run and checkpoint, and one for a run that has none", () => {
    assert.deepEqual(
      cells.map((row) => [row["name"], row["checkpoint_depth"]]),
      [
        ["runs/quoted", 1],
        ["runs/quoted", 100],
        ["runs/extinct", 100],
        ["runs/queued", null],
        ["runs/other", null],
      ],
    );
  });

  it("has the run's numbers, and nothing where there is none", () => {
    const [first, second, extinct, queued, other] = cells;
    assert.equal(first?.["lyapunov_exponent_estimate"], -0.1 - 0.2);
    assert.equal(first?.["replica_count"], 2 ** 32);
    assert.equal(first?.["exact_critical_gain"], 1.5);
    assert.equal(first?.["checkpoint_excess_kurtosis"], -1);
    assert.equal(second?.["checkpoint_quantile_0_025"], -7.5);
    assert.equal(second?.["checkpoint_mean"], null);
    assert.equal(extinct?.["lyapunov_exponent_estimate"], null);
    assert.equal(extinct?.["lyapunov_exponent_extinct"], true);
    assert.equal(extinct?.["survivors_lyapunov_exponent_estimate"], -1);
    assert.equal(extinct?.["seed"], "18446744073709551615");
    assert.equal(queued?.["lyapunov_exponent_estimate"], null);
    assert.equal(queued?.["named_gain"], "he");
    assert.equal(queued["parameters"], null);
    assert.equal(other?.["kind"], "1000");
    assert.equal(other["width"], null);
    assert.deepEqual(JSON.parse(String(other["parameters"])), { bias: 0.25, coin: "euro" });
    const estimates = JSON.parse(String(other["estimates"])) as Record<string, unknown>;
    assert.deepEqual(Object.keys(estimates), ["bias"]);
  });

  it("reads the same from JSON", () => {
    assert.deepEqual(JSON.parse(String(exported(rows, "json"))), cells.map(withoutDates));
  });

  needing("python3").it("reads the same from CSV, by Python", async () => {
    const csv = String(exported(rows, "csv"));
    assert.match(csv, /,"a ""quoted"", name; =1\+1",/);
    assert.equal(csv.split("\r\n").length, rows.length + 2);
    const program =
      "import csv, io, json, sys; " +
      "print(json.dumps(list(csv.DictReader(io.StringIO(sys.argv[1], newline='')))))";
    const { stdout } = await runTool("python3", ["-c", program, csv], "python3");
    assert.deepEqual(
      JSON.parse(stdout),
      cells.map((row) =>
        Object.fromEntries(
          Object.entries(withoutDates(row)).map(([name, cell]) => [name, String(cell ?? "")]),
        ),
      ),
    );
  });

  it("keeps from a spreadsheet what it would run, and numbers as they are", () => {
    const [row] = rows;
    assert.ok(row);
    for (const start of ["=", "+", "-", "@", "\t"]) {
      const displayName = `${start}cmd|' /C calc'!A0`;
      const csv = String(exported([{ ...row, run: { ...row.run, displayName } }], "csv"));
      assert.ok(csv.includes(`,'${displayName},`), csv);
      assert.match(csv, /,-0\.30000000000000004,/);
    }
  });

  it("reads the same from Parquet, with the types that are documented", async () => {
    const bytes = exported(rows, "parquet");
    assert.ok(bytes instanceof Uint8Array);
    const file = bytes.buffer as ArrayBuffer;
    const read = await parquetReadObjects({ file });
    assert.deepEqual(
      read.map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, plain(cell)])),
      ),
      cells,
    );
    const types = Object.fromEntries(
      parquetSchema(parquetMetadata(file)).children.map(({ element }) => [
        element.name,
        [
          element.type,
          element.converted_type,
          ...(element.logical_type ? [element.logical_type] : []),
        ],
      ]),
    );
    assert.deepEqual(types["name"], ["BYTE_ARRAY", "UTF8"]);
    assert.deepEqual(types["replica_count"], ["INT64", undefined]);
    assert.deepEqual(types["lyapunov_exponent_z"], ["DOUBLE", undefined]);
    assert.deepEqual(types["exact_extinct"], ["BOOLEAN", undefined]);
    assert.deepEqual(types["end_time"], [
      "INT64",
      "TIMESTAMP_MILLIS",
      { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
    ]);
  });

  it("has the columns that docs/export.md lists, in their order", async () => {
    const page = await readFile(new URL("../../../docs/export.md", import.meta.url), "utf8");
    const listed = [...page.matchAll(/^\| `(\w+)` +\| (\w+) +\|/gm)].map(([, name, type]) => [
      name,
      type,
    ]);
    assert.deepEqual(
      listed,
      COLUMNS.map(({ name, type }) => [name, type]),
    );
  });
});
