import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import Database from "better-sqlite3";

import { LedgerUnavailable } from "../../../coordinator/ledger/ledger.ts";
import { openLedger } from "../../../coordinator/ledger/openLedger.ts";
import { openSqliteLedger } from "../../../coordinator/ledger/sqliteLedger.ts";
import { describeLedger } from "../../support/ledgerContract.ts";
import { recordedShard, runRecord } from "../../support/ledgerRecords.ts";

describe("SQLite", () => {
  let folder: string;
  let files = 0;
  const freshPath = () => join(folder, `${(files += 1)}`, "ledger.sqlite");
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "lyapunov-ledger-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  describeLedger("SqliteLedger", () => openSqliteLedger(freshPath()));

  it("keeps what was written for the next coordinator", async () => {
    const path = freshPath();
    const first = await openSqliteLedger(path);
    await first.transact(async (transaction) => {
      await transaction.putRun(runRecord("runs/a"));
      await transaction.putShard("runs/a", recordedShard(3));
    });
    await first.close();
    const second = await openSqliteLedger(path);
    assert.deepEqual(await second.run("runs/a"), runRecord("runs/a"));
    assert.deepEqual(await Array.fromAsync(second.shards("runs/a")), [recordedShard(3)]);
    await second.close();
  });

  it("has committed as soon as it says so, whatever becomes of the process", async () => {
    const path = freshPath();
    const ledger = await openSqliteLedger(path);
    await ledger.transact((transaction) => transaction.putRun(runRecord("runs/a")));
    // What a crash would leave on the disk: the file and its log, as they are now.
    const crashed = join(folder, "crashed.sqlite");
    copyFileSync(path, crashed);
    copyFileSync(`${path}-wal`, `${crashed}-wal`);
    const recovered = await openSqliteLedger(crashed);
    assert.deepEqual(await recovered.run("runs/a"), runRecord("runs/a"));
    await recovered.close();
    await ledger.close();
  });

  it("is one coordinator's at a time", async () => {
    const path = freshPath();
    const first = await openSqliteLedger(path);
    await assert.rejects(openSqliteLedger(path), (error: Error) => {
      assert.ok(error instanceof LedgerUnavailable);
      assert.equal(error.obstacle, "taken");
      assert.match(
        error.message,
        /^--ledger .*: (?:another process|process \d+ \(.*\)) has it open, /,
      );
      return true;
    });
    await first.close();
    await (await openSqliteLedger(path)).close();
  });

  it("refuses a file that is no ledger, and leaves it alone", async () => {
    const path = join(folder, "notes.txt");
    writeFileSync(
      path,
      "not a database at all, but long enough to be looked at as one\n".repeat(20),
    );
    await assert.rejects(openSqliteLedger(path), /is not a ledger, or it is damaged/);
  });

  it("names the shard whose bits have changed on the disk", async () => {
    const path = freshPath();
    const first = await openSqliteLedger(path);
    await first.transact((transaction) => transaction.putShard("runs/a", recordedShard(3)));
    await first.close();
    const database = new Database(path);
    const { partial } = database.prepare("select partial from partials").get() as {
      partial: Buffer;
    };
    partial[partial.length - 5] = (partial[partial.length - 5] ?? 0) ^ 1;
    database.prepare("update partials set partial = ?").run(partial);
    database.close();
    const second = await openSqliteLedger(path);
    await assert.rejects(
      Array.fromAsync(second.shards("runs/a")),
      /damaged partials of runs\/a \(1\); the first: shard 3 of runs\/a cannot be read from the ledger: its checksum/,
    );
    await second.close();
  });

  it("refuses the ledger of a later version", async () => {
    const path = freshPath();
    await (await openSqliteLedger(path)).close();
    const database = new Database(path);
    database
      .prepare("insert into kysely_migration (name, timestamp) values ('9999_future', '2030')")
      .run();
    database.close();
    await assert.rejects(openSqliteLedger(path), (error: Error) => {
      assert.ok(error instanceof LedgerUnavailable);
      assert.match(error.message, /a later version has written it \(.*9999_future.*start that/);
      return true;
    });
  });

  it("says so where a folder cannot be made", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    await assert.rejects(openSqliteLedger(join(file, "ledger.sqlite")), /cannot be opened/);
    await assert.rejects(openSqliteLedger("/proc/none/ledger.sqlite"), /cannot be opened/);
    const loop = join(folder, "loop");
    symlinkSync(loop, loop);
    await assert.rejects(
      openLedger(join(loop, "ledger.sqlite")),
      /--ledger .*: it cannot be opened/,
    );
  });
});
