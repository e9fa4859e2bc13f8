import assert from "node:assert/strict";

import Database from "better-sqlite3";
import * as fc from "fast-check";

import { LedgerUnavailable, type Ledger } from "../../coordinator/ledger/ledger.ts";
import { recoverLedger } from "../../coordinator/ledger/recoverLedger.ts";
import { openSqliteLedger } from "../../coordinator/ledger/sqliteLedger.ts";
import { SampleLedger, type Aftermath } from "../support/damage/sampleLedger.ts";
import { dearCases, TIMEOUT_MILLISECONDS } from "./support/fuzzing.ts";

type Cell = string | number | Buffer | null;
type Harm = (cell: Cell) => Cell;

/** One cell of the ledger, and what becomes of it. */
interface HarmedCell {
  readonly table: string;
  readonly column: string;
  readonly row: number;
  readonly harm: Harm;
}

const TABLES = ["runs", "sweeps", "partials", "folds", "requests"];

const flippedBit: fc.Arbitrary<Harm> = fc.nat(2 ** 24).map((at) => (cell) => {
  if (cell === null) return 1;
  if (typeof cell === "number") return cell ^ (1 << (at % 24));
  const bytes = Buffer.from(cell as string);
  const byte = (at >> 3) % Math.max(1, bytes.length);
  if (bytes.length > 0) bytes.writeUInt8(bytes.readUInt8(byte) ^ (1 << (at % 7)), byte);
  return typeof cell === "string" ? bytes.toString("utf8") : bytes;
});
const otherDigit: fc.Arbitrary<Harm> = fc.nat(9).map((digit) => (cell) => {
  return typeof cell === "string" ? cell.replace(/\d/, String(digit)) : cell;
});
const replaced: fc.Arbitrary<Harm> = fc
  .constantFrom<Cell>(null, "", "x", -1, 3.5, 2 ** 40, Buffer.from([7]))
  .map((value) => () => value);

/** The sample, whose columns are known once it is made. */
let sample: SampleLedger;
let undamaged: Aftermath;

function harmedCells(): fc.Arbitrary<HarmedCell> {
  const database = new Database(sample.copy());
  const columns = TABLES.flatMap((table) => {
    const rows = database.prepare<[], { n: number }>(`select count(*) as n from ${table}`).get();
    const infos = database.pragma(`table_info(${table})`) as { readonly name: string }[];
    return infos
      .filter(({ name }) => name !== "position")
      .map(({ name }) => ({ table, column: name, rows: rows?.n ?? 0 }));
  });
  database.close();
  return fc
    .constantFrom(...columns)
    .chain(({ table, column, rows }) =>
      fc
        .tuple(fc.nat(rows - 1), fc.oneof(flippedBit, otherDigit, replaced))
        .map(([row, harm]) => ({ table, column, row, harm })),
    );
}

/** Harms one cell; returns the run whose record it is in, or undefined if the cell stays the same. */
function harmed(path: string, { table, column, row, harm }: HarmedCell) {
  const database = new Database(path);
  try {
    const found = database
      .prepare<[number], Record<string, Cell>>(
        `select rowid as id, * from ${table} limit 1 offset ?`,
      )
      .get(row);
    const before = found?.[column] ?? null;
    const now = harm(before);
    database.prepare(`update ${table} set ${column} = ? where rowid = ?`).run(now, found?.["id"]);
    const isSame =
      Buffer.isBuffer(now) && Buffer.isBuffer(before) ? now.equals(before) : now === before;
    return { isSame, name: String(found?.["name"]) };
  } catch (error) {
    // SQLite itself refuses some: they would break a constraint.
    if (/constraint/.test((error as Error).message)) return { isSame: true, name: "" };
    throw error;
  } finally {
    database.close();
  }
}

/** Fails if a run ended with other bits, or failed without a sentence. */
function assertHonest({ answers, failures }: Aftermath): void {
  for (const [name, answer] of answers) {
    const expected = undamaged.answers.get(name);
    if (expected !== undefined) assert.deepEqual(answer, expected, name);
  }
  for (const error of failures.values()) {
    assert.match(error, /damaged in the ledger \(.+\); submit the run again, or/);
  }
}

/** The ledger that the remedy yields; undefined if it says that nothing can be read. */
async function recovered(path: string): Promise<Ledger | undefined> {
  const target = `${path}.recovered`;
  try {
    await recoverLedger(path, target);
  } catch (error) {
    assert.match((error as Error).message, /nothing can be read .*; restore it from a copy/);
    return undefined;
  }
  return openSqliteLedger(target);
}

describe("fuzzing: damaged ledgers", function () {
  this.timeout(TIMEOUT_MILLISECONDS);

  before(async () => {
    sample = await SampleLedger.create();
    const ledger = await openSqliteLedger(sample.copy());
    undamaged = await sample.goOn(ledger);
    await ledger.close();
    assert.equal(undamaged.answers.size, 5);
    assert.equal(undamaged.failures.size, 0);
  });
  after(() => {
    sample[Symbol.dispose]();
  });

  it("a harmed cell costs no run but its own, and nobody gets other bits", async () => {
    await fc.assert(
      fc.asyncProperty(harmedCells(), async (cell) => {
        const path = sample.copy();
        const { isSame, name } = harmed(path, cell);
        const ledger = await openSqliteLedger(path);
        try {
          const aftermath = await sample.goOn(ledger);
          assertHonest(aftermath);
          const isRun = cell.table === "runs";
          for (const run of undamaged.answers.keys()) {
            if (!isRun || isSame || run !== name) assert.ok(aftermath.answers.has(run), run);
          }
          if (isRun && !isSame) {
            assert.ok(!aftermath.answers.has(name), `${name} has an answer`);
            assert.match(aftermath.said.join("\n"), /is damaged in the ledger/);
          }
        } finally {
          await ledger.close();
        }
      }),
      dearCases(150, 1),
    );
  });

  it("a harmed byte of the file is refused with a remedy, or costs nobody other bits", async () => {
    const places = fc.tuple(fc.nat(2 ** 31 - 1), fc.nat(7));
    await fc.assert(
      fc.asyncProperty(places, async ([place, bit]) => {
        const path = sample.copy((bytes) => {
          const at = place % bytes.length;
          bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
          return bytes;
        });
        const ledger = await openSqliteLedger(path).catch((error: unknown) => {
          assert.ok(error instanceof LedgerUnavailable, String(error));
          assert.match(error.message, /restore it from a copy/);
        });
        const usable = ledger ?? (await recovered(path));
        if (usable === undefined) return;
        try {
          assertHonest(await sample.goOn(usable));
        } finally {
          await usable.close();
        }
      }),
      dearCases(200, 2),
    );
  });
});
