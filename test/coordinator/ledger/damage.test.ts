import assert from "node:assert/strict";

import Database from "better-sqlite3";

import {
  DamagedRecord,
  LedgerUnavailable,
  type Ledger,
} from "../../../coordinator/ledger/ledger.ts";
import { openPostgresLedger } from "../../../coordinator/ledger/postgresLedger.ts";
import { recoverLedger } from "../../../coordinator/ledger/recoverLedger.ts";
import { openSqliteLedger } from "../../../coordinator/ledger/sqliteLedger.ts";
import { answerOf, LifeOnLedger, shardsOf } from "../../support/damage/lifeOnLedger.ts";
import { SampleLedger, type Aftermath } from "../../support/damage/sampleLedger.ts";
import { PostgresServer } from "../../support/postgres.ts";
import { needing } from "../../support/tiers/tiers.ts";

const PAGE_BYTES = 4096;

describe("a damaged ledger", () => {
  let sample: SampleLedger;
  let undamaged: Aftermath;

  before(async () => {
    sample = await SampleLedger.create();
    const ledger = await openSqliteLedger(sample.copy());
    undamaged = await sample.goOn(ledger);
    await ledger.close();
  });
  after(() => {
    sample[Symbol.dispose]();
  });

  /** Goes on with a copy of the sample after some SQL. */
  async function aftermathOf(
    sql: string,
  ): Promise<Aftermath & { readonly findings: readonly string[] }> {
    const path = sample.copy();
    const database = new Database(path);
    database.exec(sql);
    database.close();
    const ledger = await openSqliteLedger(path);
    const { findings } = ledger;
    const aftermath = await sample.goOn(ledger);
    await ledger.close();
    return { ...aftermath, findings };
  }

  it("computes all partials and folds again if all of them are damaged", async () => {
    const { answers, said } = await aftermathOf(
      "update partials set partial = substr(partial, 2); update folds set sums = substr(sums, 2)",
    );
    assert.deepEqual(answers, undamaged.answers);
    assert.match(said.join(""), /the ledger has damaged partials of runs\/.*computed again/);
    assert.match(
      said.join(""),
      /the fold of \d+ shards of runs\/.* is damaged in the ledger.*computed again/,
    );
  });

  it("computes a partial again that has come to another's place, and one whose digest is another", async () => {
    const { answers } = await aftermathOf(
      `update partials set partial = (select partial from partials other where
         other.run <> partials.run and other.shard_index = partials.shard_index)
       where shard_index = 1;
       update partials set digest = 'another' where shard_index = 2`,
    );
    assert.deepEqual(answers, undamaged.answers);
  });

  it("fails a run whose seed has another digit, alone, and says what to do", async () => {
    const { answers, failures, findings } = await aftermathOf(
      `update runs set specification = replace(specification, '"seed":"2"', '"seed":"7"')`,
    );
    assert.equal(failures.size, 1);
    const [[name, error] = ["", ""]] = failures;
    assert.match(
      error,
      /^runs\/\S+ is damaged in the ledger \(its checksum is wrong\); submit the run again, or stop/,
    );
    assert.deepEqual(findings, [error]);
    const others = [...undamaged.answers].filter(([run]) => run !== name);
    assert.deepEqual([...answers], others);
  });

  it("fails a run that has ended and whose outcome is gone: it is not one of no replicas", async () => {
    const { answers, failures } = await aftermathOf(
      `update runs set outcome_sums = null where name = '${sample.ended}'`,
    );
    assert.match(failures.get(sample.ended) ?? "", /is damaged in the ledger/);
    assert.equal(answers.size, undamaged.answers.size - 1);
  });

  it("makes the record of a sweep anew", async () => {
    const path = sample.copy();
    const database = new Database(path);
    database.exec("update sweeps set runs = '[]'");
    database.close();
    for (const findings of [/its record is made anew/, /^$/]) {
      const ledger = await openSqliteLedger(path);
      assert.match(ledger.findings.join(), findings);
      const found = await ledger.sweep(sample.sweep);
      await ledger.close();
      assert.equal(found?.runs.length, 2);
      assert.equal(found.displayName, "a sweep");
    }
  });

  it("refuses a request whose id is damaged, in a sentence", async () => {
    const path = sample.copy();
    const database = new Database(path);
    database.exec("update requests set resource = 'runs/another' where request_id = 'ended'");
    database.close();
    const ledger = await openSqliteLedger(path);
    const { simulations } = new LifeOnLedger(ledger, 2);
    const repeated = simulations.createRun(shardsOf(1, 11), {
      requestId: "ended",
      validateOnly: false,
    });
    await assert.rejects(
      repeated,
      /^DamagedRecord: the request id 'ended' is damaged in the ledger/,
    );
    await ledger.close();
  });

  it("lets a sweep go on, end, be extended and cancelled but for its damaged run", async () => {
    const path = sample.copy();
    const database = new Database(path);
    const inSweep = database.prepare<[], { name: string }>(
      "select name from runs where sweep is not null order by position",
    );
    const [damaged = "", other = ""] = inSweep.all().map(({ name }) => name);
    database.exec(`update runs set state = 'RUNNINF' where name = '${damaged}'`);
    database.close();
    const ledger = await openSqliteLedger(path);
    const life = new LifeOnLedger(ledger, 2);
    await life.engine.start();
    life.join("next");
    await life.ended();
    const { simulations } = life;
    const states = async () => {
      const { runs = [], state } = await simulations.sweep(sample.sweep);
      const [entry] = (await simulations.sweeps(10, "")).sweeps;
      assert.equal(entry?.state, state);
      assert.deepEqual([runs[0]?.name, runs[0]?.state], [damaged, "RUN_STATE_FAILED"]);
      return [state, runs[1]?.state];
    };
    assert.deepEqual(await states(), ["RUN_STATE_FAILED", "RUN_STATE_SUCCEEDED"]);
    await simulations.extendSweep(sample.sweep, { replicaCount: 2000 });
    await life.ended();
    assert.equal((await simulations.run(other)).replicaCount, 2000);
    await assert.rejects(simulations.cancelSweep(sample.sweep), /has ended \(FAILED\)/);
    assert.deepEqual(await states(), ["RUN_STATE_FAILED", "RUN_STATE_SUCCEEDED"]);
    await assert.rejects(simulations.extendRun(damaged, { replicaCount: 2000 }, ""), DamagedRecord);
    await assert.rejects(simulations.cancelRun(damaged), DamagedRecord);
    await ledger.close();
  });

  it("of an earlier version, without checksums, gets them as it is", async () => {
    const { answers, findings } = await aftermathOf(
      `update leadership set checked_epoch = null;
       update runs set checksum = null; update sweeps set checksum = null;
       update requests set checksum = null; update folds set checksum = null;
       update partials set checksum = null, partial_checksum = null`,
    );
    assert.deepEqual(findings, []);
    assert.deepEqual(answers, undamaged.answers);
  });

  it("is refused if its pages are damaged, and its intact rows can be saved", async () => {
    // The last page of the table of partials that is in the middle of the file.
    const path = sample.copy((bytes) => {
      const page = Math.floor(bytes.length / PAGE_BYTES / 2);
      return bytes.fill(0xff, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
    });
    await assert.rejects(openSqliteLedger(path), (error: Error) => {
      assert.ok(error instanceof LedgerUnavailable);
      assert.equal(error.obstacle, "damaged");
      assert.match(error.message, /restore it from a copy, or .*lyapunov ledgers recover/);
      return true;
    });
    const target = `${path}.recovered`;
    const tables = await recoverLedger(path, target);
    assert.ok(tables.every(({ rowCount }) => rowCount > 0));
    await assert.rejects(recoverLedger(path, target), /is there already; give a new file/);
    const ledger = await openSqliteLedger(target);
    assert.deepEqual((await sample.goOn(ledger)).answers, undamaged.answers);
    await ledger.close();
  });

  it("fails a run whose pages cannot be read, alone", async () => {
    const ledger = await openSqliteLedger(sample.copy());
    const unfinished = await Array.fromAsync(ledger.unfinishedRuns());
    const name = unfinished[0]?.name ?? "";
    const shards = ledger.shards.bind(ledger);
    // A file that is too large to be checked as a whole when it is opened may say so only now.
    ledger.shards = (run, from) => {
      if (run !== name) return shards(run, from);
      throw Object.assign(new Error("disk image is malformed"), { code: "SQLITE_CORRUPT" });
    };
    const { answers, failures } = await sample.goOn(ledger);
    await ledger.close();
    assert.match(
      failures.get(name) ?? "",
      /file is damaged \(disk image is malformed\); restore it/,
    );
    assert.equal(answers.size, undamaged.answers.size - 1);
  });

  it("is refused if its list of tables is damaged, and all of its rows can be saved", async () => {
    const harms: readonly ((bytes: Buffer) => Buffer)[] = [
      (bytes) => bytes.fill(0, 0, PAGE_BYTES),
      (bytes) => {
        // A table's column that no version knows.
        bytes.write("specificatiom", bytes.indexOf("specification"));
        return bytes;
      },
      (bytes) => {
        // Words that are no SQL.
        bytes.write("CREAT", bytes.indexOf("CREATE"));
        bytes.write("crea_e", bytes.indexOf("create"));
        return bytes;
      },
    ];
    for (const harm of harms) {
      const path = sample.copy(harm);
      await assert.rejects(openSqliteLedger(path), (error: Error) => {
        assert.ok(error instanceof LedgerUnavailable);
        assert.match(error.message, /damaged \(.*restore it from a copy, or .*ledgers recover/);
        return true;
      });
      const target = `${path}.recovered`;
      const tables = await recoverLedger(path, target);
      assert.ok(tables.every(({ rowCount, isWhole }) => rowCount > 0 && isWhole));
      const ledger = await openSqliteLedger(target);
      assert.deepEqual(ledger.findings, []);
      assert.deepEqual((await sample.goOn(ledger)).answers, undamaged.answers);
      await ledger.close();
    }
  });

  it("creates a run anew if the request for one that is damaged, or gone, is sent again", async () => {
    const harms = [
      `update runs set specification = replace(specification, '"seed":"1"', '"seed":"7"')`,
      `update runs set name = name || 'x' where specification like '%"seed":"1"%'`,
      `delete from runs where specification like '%"seed":"1"%'`,
    ];
    for (const harm of harms) {
      const path = sample.copy();
      const database = new Database(path);
      database.exec(harm);
      database.close();
      const ledger = await openSqliteLedger(path);
      assert.match(ledger.findings.join(), /submit/);
      const life = new LifeOnLedger(ledger, 2);
      await life.engine.start();
      life.join("next");
      const request = { requestId: "ended", validateOnly: false };
      const { name = "" } = await life.simulations.createRun(shardsOf(1, 22), request);
      assert.notEqual(name, sample.ended);
      const run = (await life.ended()).get(name);
      assert.deepEqual(run && answerOf(run), undamaged.answers.get(sample.ended));
      await ledger.close();
    }
  });

  it("goes on with a run whose position is none that the database gives out", async () => {
    for (const position of [0, -1]) {
      const { answers } = await aftermathOf(
        `update runs set position = ${position} where ended = 0 and position =
           (select min(position) from runs where ended = 0)`,
      );
      assert.deepEqual(answers, undamaged.answers);
    }
  });
});

needing("postgresql").describe("a damaged ledger in PostgreSQL", () => {
  let server: PostgresServer;
  before(async function () {
    this.timeout(60_000);
    server = await PostgresServer.start();
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
  });

  it("costs no run but the damaged one, and computes partials again", async () => {
    const sample = new SampleLedger();
    const url = await server.createDatabase();
    const first = await open(url);
    await sample.fill(first);
    await first.close();
    const database = new URL(url).pathname.slice(1);
    const harm = [
      `update runs set specification = replace(specification, '"seed":"2"', '"seed":"7"')`,
      "update partials set partial = substr(partial, 1, 40) where shard_index = 1",
      "update folds set shard_count = shard_count + 1",
    ];
    for (const sql of harm) await server.query(sql, database);
    const second = await open(url);
    assert.equal(second.findings.length, 1);
    const { answers, failures, said } = await sample.goOn(second);
    await second.close();
    assert.equal(failures.size, 1);
    assert.equal(answers.size, 4);
    assert.match(said.join(""), /the ledger has damaged partials of runs\//);
    sample[Symbol.dispose]();
  });

  it("takes what a leader of an earlier version has rewritten as it is", async () => {
    const sample = new SampleLedger();
    const url = await server.createDatabase();
    const first = await open(url);
    await sample.fill(first);
    await first.close();
    const database = new URL(url).pathname.slice(1);
    // It led for an epoch, and knows neither of the columns.
    await server.query("update leadership set epoch = epoch + 1", database);
    await server.query("update runs set client = 'token bob'", database);
    const second = await open(url);
    assert.deepEqual(second.findings, []);
    assert.equal((await sample.goOn(second)).answers.size, 5);
    await second.close();
    sample[Symbol.dispose]();
  });
});

async function open(url: string): Promise<Ledger> {
  return openPostgresLedger({
    url,
    holder: "a",
    onLost: () => undefined,
    onStandby: () => undefined,
    signal: new AbortController().signal,
  });
}
