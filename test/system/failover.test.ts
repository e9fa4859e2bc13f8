import assert from "node:assert/strict";

import { PostgresServer } from "../support/postgres.ts";
import { needing } from "../support/tiers/tiers.ts";
import type { RunJson } from "./support/cluster.ts";
import { commandJson, startCommand } from "./support/command.ts";
import { answerOf } from "./support/estimates.ts";
import { runHere } from "./support/inProcess.ts";
import type { Started } from "./support/processes.ts";

const SHARD = 65_536;
/** Twenty-four shards of a tenth of a second. */
const RUN = `--width 7 --depth 8 --seed 72 --replicas ${24 * SHARD}`.split(" ");

/** A coordinator process that has said where it listens. */
interface Member {
  readonly started: Started;
  readonly address: string;
}

needing("postgresql").describe("coordinators that share a PostgreSQL ledger", () => {
  let server: PostgresServer;
  let expected: string;

  before(async () => {
    [server, expected] = await Promise.all([
      PostgresServer.start(),
      commandJson<RunJson>(["run", ...RUN]).then(answerOf),
    ]);
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
  });

  it("have a leader, and standbys that say so and do nothing else", async () => {
    const ledger = await server.createDatabase();
    const leader = await join(ledger);
    const standby = await join(ledger);
    await standby.started.said(/standing by/);
    const asked = ["runs", "list", "--coordinator", standby.address];
    const { code, stderr } = await runHere(asked);
    assert.equal(code, 1);
    assert.match(stderr, /is on standby; ask .*, which leads/);
    assert.equal((await runHere(asked.with(3, leader.address))).code, 0);
    // Both stop when they are told to.
    for (const { started } of [standby, leader]) {
      started.signal("SIGTERM");
      assert.equal((await started.ended).code, 0);
    }
  });

  it("say over HTTP which of them is ready, also once that has changed", async () => {
    const ledger = await server.createDatabase();
    const metrics = ["--metrics", "127.0.0.1:0"];
    const leader = await join(ledger, metrics);
    const standby = await join(ledger, metrics);
    const [leading, waiting] = await Promise.all([leader, standby].map(metricsOf));
    assert.deepEqual(await statesOf(leading), { alive: 200, ready: 200, leads: "1" });
    assert.deepEqual(await statesOf(waiting), { alive: 200, ready: 503, leads: "0" });
    leader.started.signal("SIGKILL");
    await standby.started.said(/coordinator listening/);
    assert.deepEqual(await statesOf(waiting), { alive: 200, ready: 200, leads: "1" });
    standby.started.signal("SIGKILL");
  });

  it("have a page on the leader, and on the standby a sentence that says it does not lead", async () => {
    const ledger = await server.createDatabase();
    const page = ["--http", "127.0.0.1:0"];
    const leader = await join(ledger, page);
    const standby = await join(ledger, page);
    const [leading, waiting] = await Promise.all([leader, standby].map(pageOf));
    assert.equal((await fetch(String(leading))).status, 200);
    const refusal = await fetch(String(waiting));
    assert.equal(refusal.status, 503);
    assert.match(
      await refusal.text(),
      /"message":"this coordinator is on standby; ask .*, which leads"/,
    );
    leader.started.signal("SIGKILL");
    await standby.started.said(/coordinator listening/);
    assert.equal((await fetch(`${waiting}/api/runs`)).status, 200);
    standby.started.signal("SIGKILL");
  });

  for (const [fate, signal] of [
    ["is killed", "SIGKILL"],
    ["is frozen", "SIGSTOP"],
  ] as const) {
    it(`go on when the leader ${fate}: same bytes, without any help`, async () => {
      const ledger = await server.createDatabase();
      const leader = await join(ledger);
      const standby = await join(ledger);
      const addresses = `${leader.address},${standby.address}`;
      await using worker = await work(addresses);
      const finished = commandJson<RunJson>(["run", ...RUN, "--coordinator", addresses]);
      await leader.started.said(/"created"/);
      leader.started.signal(signal);
      await standby.started.said(/coordinator listening/);
      if (signal === "SIGSTOP") {
        // It wakes up in another's epoch, and writes nothing more.
        leader.started.signal("SIGCONT");
        assert.equal((await leader.started.ended).code, 1);
      }
      assert.equal(answerOf(await finished), expected);
      assert.ok(!worker.hasEnded);
      standby.started.signal("SIGKILL");
    });
  }
});

/** The address of a member's metrics, such as `http://127.0.0.1:40123`. */
async function metricsOf({ started }: Member): Promise<string> {
  const [, place] = await started.said(/metrics at (http:\S+)\/metrics/);
  return String(place);
}

/** The address of a member's page, or where it will be once the member leads. */
async function pageOf({ started }: Member): Promise<string> {
  const [, place] = await started.said(/"page": "([^"]+)"/, "stdout");
  return String(place);
}

async function statesOf(place: string | undefined) {
  const answers = ["healthz", "readyz", "metrics"].map((path) => fetch(`${place}/${path}`));
  const [alive, ready, metrics] = await Promise.all(answers);
  const leads = /^lyapunov_leader (\d)$/m.exec((await metrics?.text()) ?? "")?.[1];
  return { alive: alive?.status, ready: ready?.status, leads };
}

/** Starts a coordinator; resolves when it leads or stands by. */
async function join(ledger: string, flags: readonly string[] = []): Promise<Member> {
  const place = ["--listen", "127.0.0.1:0", "--ledger", ledger];
  const started = startCommand(["serve", "--json", ...place, ...flags]);
  const [, address] = await started.said(/"address": "([^"]+)"/, "stdout");
  return { started, address: String(address) };
}

/** Starts a worker; resolves when it has joined the one that leads. */
async function work(addresses: string): Promise<Started> {
  const flags = ["--coordinator", addresses, "--threads", "1"];
  const worker = startCommand(["--log-level", "info", "work", ...flags]);
  await worker.said(/joined the coordinator/);
  return worker;
}
