import assert from "node:assert/strict";

import { LeadershipLost, type Ledger } from "../../../coordinator/ledger/ledger.ts";
import { openPostgresLedger } from "../../../coordinator/ledger/postgresLedger.ts";
import { describeLedger } from "../../support/ledgerContract.ts";
import { runRecord } from "../../support/ledgerRecords.ts";
import { PostgresServer } from "../../support/postgres.ts";
import { needing } from "../../support/tiers/tiers.ts";

interface Opened {
  readonly ledger: Promise<Ledger>;
  readonly lost: Promise<Error>;
  /** Resolves to the leader that the standby has found. */
  readonly standby: Promise<string>;
  readonly abandon: () => void;
}

const open = (url: string, holder: string): Opened => {
  const lost = Promise.withResolvers<Error>();
  const standby = Promise.withResolvers<string>();
  const waiting = new AbortController();
  const ledger = openPostgresLedger({
    url,
    holder,
    onLost: lost.resolve,
    onStandby: standby.resolve,
    signal: waiting.signal,
  });
  return {
    ledger,
    lost: lost.promise,
    standby: standby.promise,
    abandon: () => {
      waiting.abort();
    },
  };
};

needing("postgresql").describe("PostgreSQL", () => {
  let server: PostgresServer;
  before(async function () {
    this.timeout(60_000);
    server = await PostgresServer.start();
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
  });

  describeLedger("PostgresLedger", async () => open(await server.createDatabase(), "a").ledger);

  it("keeps what was written for the next coordinator", async () => {
    const url = await server.createDatabase();
    const first = await open(url, "a").ledger;
    await first.transact((transaction) => transaction.putRun(runRecord("runs/a")));
    await first.close();
    const second = await open(url, "b").ledger;
    assert.deepEqual(await second.run("runs/a"), runRecord("runs/a"));
    await second.close();
  });

  it("has one leader; a standby says who it is, and takes over when it leaves", async () => {
    const url = await server.createDatabase();
    const first = await open(url, "host a, process 1").ledger;
    const waiting = open(url, "b");
    assert.equal(await waiting.standby, "host a, process 1");
    await first.close();
    const second = await waiting.ledger;
    await second.transact((transaction) => transaction.putRun(runRecord("runs/b")));
    await second.close();
  });

  it("lets a standby stop waiting", async () => {
    const url = await server.createDatabase();
    const first = await open(url, "a").ledger;
    const waiting = open(url, "b");
    await waiting.standby;
    waiting.abandon();
    await assert.rejects(waiting.ledger, { name: "AbortError" });
    await first.close();
  });

  it("refuses what a leader writes after another was elected", async () => {
    const url = await server.createDatabase();
    const first = open(url, "a");
    const ledger = await first.ledger;
    // Another coordinator's election, as the first would find it after a sleep.
    await server.query("update leadership set epoch = epoch + 1", new URL(url).pathname.slice(1));
    await assert.rejects(
      ledger.transact((transaction) => transaction.putRun(runRecord("runs/a"))),
      LeadershipLost,
    );
    assert.equal(await ledger.run("runs/a"), undefined);
    assert.ok((await first.lost) instanceof LeadershipLost);
    await ledger.close();
  });

  it("is lost when its connection is", async () => {
    const url = await server.createDatabase();
    const first = open(url, "a");
    const ledger = await first.ledger;
    await server.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${new URL(url).pathname.slice(1)}'`,
    );
    assert.ok((await first.lost) instanceof Error);
    await ledger.close();
  });

  it("says what is wrong with an address", async () => {
    const refused = open("postgres://lyapunov:secret@127.0.0.1:1/none", "a").ledger;
    await assert.rejects(refused, (error: Error) => {
      assert.match(error.message, /--ledger postgres:\/\/lyapunov:…@127\.0\.0\.1:1\/none: /);
      assert.match(error.message, /cannot be reached/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
    await assert.rejects(open(server.url("none"), "a").ledger, /does not exist; create it first/);
  });
});
