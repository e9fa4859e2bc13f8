import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { openSqliteLedger } from "../../../coordinator/ledger/sqliteLedger.ts";

/** Lengths in bytes; see "The WAL File Format" in SQLite's documentation. */
const HEADER = 32;
const FRAME_HEADER = 24;
/** The ledger that version 0.1.0 wrote. */
const EARLIER = new URL("fixtures/before-kinds.sqlite.gz", import.meta.url);

describe("a SQLite ledger whose first coordinator was killed while it opened it", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lyapunov-migration-"));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  /** Opens a ledger as after a kill behind each of its commits; returns how many runs there are. */
  async function runsAfterKills(bytes: Buffer): Promise<number[]> {
    const path = join(folder, "undisturbed.sqlite");
    writeFileSync(path, bytes);
    const undisturbed = await openSqliteLedger(path);
    // All that was written is in the log, since the ledger is still open.
    const [file, log] = [readFileSync(path), readFileSync(`${path}-wal`)];
    await undisturbed.close();
    const counts: number[] = [];
    for (const end of [HEADER, ...endsOfCommits(log)]) {
      const killed = join(folder, `${bytes.length}-${end}.sqlite`);
      writeFileSync(killed, file);
      writeFileSync(`${killed}-wal`, log.subarray(0, end));
      const ledger = await openSqliteLedger(killed);
      counts.push((await ledger.runs(100, "")).records.length);
      await ledger.close();
    }
    return counts;
  }

  it("is opened by the next one if it was new", async () => {
    const counts = await runsAfterKills(Buffer.alloc(0));
    assert.ok(counts.length > 2);
    assert.ok(counts.every((count) => count === 0));
  });

  it("is opened by the next one, with all runs, if an earlier version had written it", async () => {
    const counts = await runsAfterKills(gunzipSync(readFileSync(EARLIER)));
    assert.ok(counts.length > 2);
    assert.ok(counts.every((count) => count === 6));
  });
});

/** Where each commit in a write-ahead log ends. */
function endsOfCommits(log: Buffer): number[] {
  const size = FRAME_HEADER + log.readUInt32BE(8);
  const ends: number[] = [];
  for (let start = HEADER; start + size <= log.length; start += size) {
    if (log.readUInt32BE(start + 4) !== 0) ends.push(start + size);
  }
  return ends;
}
