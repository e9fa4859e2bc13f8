import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { LedgerUnavailable } from "../../../coordinator/ledger/ledger.ts";
import { recoverLedger } from "../../../coordinator/ledger/recoverLedger.ts";
import { openSqliteLedger } from "../../../coordinator/ledger/sqliteLedger.ts";
import { logDamage } from "../../../coordinator/ledger/writeAheadLog.ts";
import { recordedShard, runRecord } from "../../support/ledgerRecords.ts";

const RUNS = 12;

describe("a write-ahead log", () => {
  let folder: string;
  let path: string;
  let log: Buffer;
  /** Writes the file as a killed coordinator leaves it, with this log. */
  const killed = (bytes: Buffer) => {
    const copy = join(folder, `killed-${Math.floor(performance.now() * 1000)}.sqlite`);
    copyFileSync(path, copy);
    writeFileSync(`${copy}-wal`, bytes);
    return copy;
  };
  const flipped = (at: number) => {
    const bytes = Buffer.from(log);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 4, at);
    return bytes;
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "lyapunov-log-"));
    path = join(folder, "logged.sqlite");
    const ledger = await openSqliteLedger(path);
    for (let shard = 0; shard < RUNS; shard++) {
      await ledger.transact(async (transaction) => {
        await transaction.putRun(runRecord(`runs/${shard}`));
        await transaction.putShard("runs/0", recordedShard(shard));
      });
    }
    log = readFileSync(`${path}-wal`);
    copyFileSync(path, `${path}.copy`);
    await ledger.close();
    copyFileSync(`${path}.copy`, path);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("is intact after a kill at any byte", () => {
    for (let length = 0; length <= log.length; length += 499) {
      assert.equal(logDamage(log.subarray(0, length)), undefined, String(length));
    }
  });

  it("that is damaged is named, with where and what to do", async () => {
    const copy = killed(flipped(Math.floor(log.length / 2)));
    await assert.rejects(openSqliteLedger(copy), (error: Error) => {
      assert.ok(error instanceof LedgerUnavailable);
      assert.match(
        error.message,
        /its write-ahead log \S+-wal is damaged \(byte \d+\), and what was/,
      );
      assert.match(error.message, /or save what precedes the damage by 'lyapunov ledgers recover /);
      return true;
    });
    const target = `${copy}.recovered`;
    await recoverLedger(copy, target);
    const recovered = await openSqliteLedger(target);
    const { records } = await recovered.runs(100, "");
    const [oldest] = records.slice(-1);
    assert.equal(oldest?.name, "runs/0");
    assert.ok(records.length < RUNS);
    await recovered.close();
    // What is damaged has not been touched.
    assert.deepEqual(readFileSync(`${copy}-wal`), flipped(Math.floor(log.length / 2)));
  });

  it("is found damaged wherever a bit of it is another", () => {
    for (let at = 0; at < log.length; at += 997) assert.ok(logDamage(flipped(at)), String(at));
  });

  it("whose end is torn loses what was not acknowledged, and says so", async () => {
    const ledger = await openSqliteLedger(killed(flipped(log.length - 100)));
    assert.match(ledger.findings.join(), /the end of .*-wal is torn or damaged \(byte \d+\)/);
    assert.ok((await ledger.run("runs/5")) !== undefined);
    await ledger.close();
  });
});
