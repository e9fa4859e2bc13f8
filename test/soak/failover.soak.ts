import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";

import { SimulationApi } from "../../client/sdk/api.ts";
import { PostgresServer } from "../support/postgres.ts";
import { scaled } from "../support/tiers/scale.ts";
import { startCommand } from "../system/support/command.ts";
import type { Started } from "../system/support/processes.ts";

const KILLS = scaled(4);
const POLL_MILLISECONDS = 20;

interface Member {
  readonly started: Started;
  readonly address: string;
}

/** Prints the seconds from a leader's death until the next one answers: machines differ. */
describe(`fail-over on PostgreSQL, ${KILLS} times each`, () => {
  for (const signal of ["SIGKILL", "SIGSTOP"] as const) {
    it(`after ${signal}`, async function () {
      this.timeout(0);
      await using server = await PostgresServer.start();
      const ledger = await server.createDatabase();
      const seconds: number[] = [];
      let leader = await join(ledger);
      for (let kill = 0; kill < KILLS; kill++) {
        const standby = await join(ledger);
        await standby.started.said(/standing by/);
        await delay(500);
        const died = performance.now();
        leader.started.signal(signal);
        await answers(standby.address);
        seconds.push((performance.now() - died) / 1000);
        if (signal === "SIGSTOP") leader.started.signal("SIGKILL");
        await leader.started.ended;
        leader = standby;
      }
      leader.started.signal("SIGKILL");
      assert.equal(seconds.length, KILLS);
      const sorted = seconds.toSorted((a, b) => a - b);
      const median = sorted[Math.floor(KILLS / 2)];
      process.stderr.write(
        `${JSON.stringify({ signal, kills: KILLS, median, worst: sorted.at(-1) })}\n`,
      );
    });
  }
});

async function join(ledger: string): Promise<Member> {
  const started = startCommand(["serve", "--listen", "127.0.0.1:0", "--json", "--ledger", ledger]);
  const [, address] = await started.said(/"address": "([^"]+)"/, "stdout");
  return { started, address: String(address) };
}

/** Resolves once a call is answered. */
async function answers(address: string): Promise<void> {
  for (;;) {
    // A fresh connection each time: a channel's own backoff is not what is measured.
    const api = new SimulationApi(`${address},${address}`);
    try {
      await Promise.race([
        api.listRuns(1, ""),
        delay(1000).then(() => Promise.reject(new Error("slow"))),
      ]);
      return;
    } catch {
      await delay(POLL_MILLISECONDS);
    } finally {
      api.close();
    }
  }
}
