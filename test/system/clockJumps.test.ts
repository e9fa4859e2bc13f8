import assert from "node:assert/strict";
import { globSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { SimulationApi } from "../../client/sdk/api.ts";
import { needing } from "../support/tiers/tiers.ts";
import type { RunJson } from "./support/cluster.ts";
import { startCommand } from "./support/command.ts";

const SHARD = 65_536;
const DAY_MILLISECONDS = 86_400_000;
const LIBRARY = "/usr/lib/*/faketime/libfaketime.so.1";

needing("libfaketime").describe("when the clock on the wall jumps", () => {
  let folder: string;
  let file: string;
  let env: Record<string, string>;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "lyapunov-clock-"));
    file = join(folder, "offset");
    const [library] = globSync(LIBRARY);
    assert.ok(library !== undefined, `${LIBRARY} is missing; install Debian's libfaketime`);
    env = {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: "1",
      DONT_FAKE_MONOTONIC: "1",
    };
    setClock("+0");
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Moves the clock of every process of the test. */
  function setClock(offset: string): void {
    writeFileSync(file, offset);
  }

  it("by days, forth and back, workers stay, and runs go on", async () => {
    const serve = ["serve", "--listen", "127.0.0.1:0", "--ledger", "memory", "--json"];
    await using coordinator = startCommand(serve, { env });
    const [, found] = await coordinator.said(/"address": "([^"]+)"/, "stdout");
    const address = String(found);
    const work = `--log-level info work --threads 1 --coordinator ${address}`.split(" ");
    await using worker = startCommand(work, { env });
    await worker.said(/joined the coordinator/);
    const api = new SimulationApi(address);
    try {
      const run = `run --width 7 --depth 8 --replicas ${40 * SHARD} --json --coordinator ${address}`;
      await using client = startCommand(run.split(" "), { env });
      await shardsDone(api, 5);
      setClock("+2d");
      await shardsDone(api, 15);
      setClock("-3d");
      const { code, stdout, stderr } = await client.ended;
      assert.equal(code, 0, stderr);
      const { createTime, endTime, shardCount } = JSON.parse(stdout) as RunJson;
      const seconds = Date.parse(String(endTime)) - Date.parse(String(createTime));
      assert.ok(seconds < -2 * DAY_MILLISECONDS, "the clock has jumped");
      assert.equal(shardCount, 40);
      // No worker was taken for lost, and only checks were done twice.
      assert.doesNotMatch(worker.stderr, /connection lost/);
      assert.doesNotMatch(coordinator.stderr, /worker left/);
      assert.match(stderr, / s left/);
      assert.doesNotMatch(stderr, / h \d+ min left/);
    } finally {
      api.close();
    }
  });
});

/** Waits until the only run has completed a number of shards. */
async function shardsDone(api: SimulationApi, count: number): Promise<void> {
  for (;;) {
    const { runs } = await api.listRuns(1, "");
    const name = runs[0]?.name;
    if (name === undefined) continue;
    for await (const { progress } of api.watchRun(name)) {
      if ((progress?.completedShardCount ?? 0) >= count) return;
    }
  }
}
