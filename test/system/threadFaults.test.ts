import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { slow } from "../support/tiers/tiers.ts";
import { Cluster, type RunJson } from "./support/cluster.ts";
import { runCommand } from "./support/command.ts";
import { answerOf } from "./support/estimates.ts";
import { SEEDS } from "./support/faultyThread.ts";
import { runHere } from "./support/inProcess.ts";

const SHARD = 65_536;
/** Eight shards of a twentieth of a second. */
const RUN = `--width 7 --depth 4 --replicas ${8 * SHARD}`.split(" ");

/** Runs something that cannot succeed, and returns the run as the command prints it. */
async function failedRun(cluster: Cluster, seed: number): Promise<RunJson> {
  const command = ["--quiet", "run", ...RUN, "--coordinator", cluster.address, "--json"];
  const { code, stdout, stderr } = await runHere([...command, "--seed", String(seed)]);
  assert.equal(code, 1, stderr);
  const run = JSON.parse(stdout) as RunJson;
  assert.equal(run.state, "FAILED");
  assert.equal(run.shardCount, 1, "what came before the shard stays in the estimate");
  return run;
}

describe("when a thread fails", () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await Cluster.start(0, 1);
  });
  afterEach(() => cluster.killWorkers());
  after(() => cluster[Symbol.asyncDispose]());

  const three = slow("wait for three threads, one after the other, to hang or fill their memory");
  for (const [what, seed, patience, error, declaring] of [
    [
      "hangs",
      SEEDS.hangs,
      3,
      /its thread showed no progress for 3 s and was replaced; if that is normal for this run, start workers with a longer --patience$/,
      three,
    ],
    [
      "runs out of memory",
      SEEDS.needsMemory,
      600,
      /its thread needed more memory than the 64 MiB that/,
      three,
    ],
    ["ends the thread", SEEDS.dies, 600, /its thread died with exit code 7$/, { it }],
  ] as const) {
    declaring.it(
      `a shard that always ${what} ends its run; threads are replaced, others go on`,
      async () => {
        // On a busy machine, only a patient pool sees that a thread ran out of memory.
        const args = ["faultyThread.ts", String(patience)];
        const worker = await cluster.addScriptedWorker("threadWorker.ts", ...args);
        const [failed, succeeded] = await Promise.all([
          failedRun(cluster, seed),
          cluster.run([...RUN, "--seed", "70"]),
        ]);
        assert.match(failed.error, /^shard 1 .* was given up after 3 errors and 0 lost/);
        assert.match(failed.error, error);
        assert.equal(succeeded.state, "SUCCEEDED");
        // Both threads are there again.
        assert.equal(answerOf(await cluster.run([...RUN, "--seed", "70"])), answerOf(succeeded));
        assert.equal(worker.hasEnded, false);
      },
    );
  }

  it("its shard is done again", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lyapunov-thread-"));
    try {
      const grave = join(folder, "grave");
      const worker = await cluster.addScriptedWorker(
        "threadWorker.ts",
        "dyingThread.ts",
        "600",
        grave,
      );
      const run = await cluster.run(RUN);
      assert.ok(existsSync(grave), "a thread has died");
      assert.match(worker.stderr, /a shard failed/);
      assert.equal(answerOf(run), answerOf(await cluster.run(RUN)));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  for (const [what, module, reason] of [
    ["cannot load what they work with", "unloadableThread.ts", /this module cannot be loaded/],
    ["end while they load", "exitingThread.ts", /worker exited with code: 9/],
  ] as const) {
    it(`a worker whose threads ${what} leaves, and no shard is counted against`, async () => {
      const broken = await cluster.addScriptedWorker("threadWorker.ts", module);
      const finished = cluster.run(RUN);
      const { code, stderr } = await broken.ended;
      assert.equal(code, 1);
      assert.match(stderr, /^lyapunov: a thread cannot start to work: .*$/m);
      assert.match(stderr, reason);
      assert.doesNotMatch(stderr, /a shard failed/);
      await cluster.addWorker(1);
      assert.equal((await finished).state, "SUCCEEDED");
    });
  }

  it("a command whose own workers have no threads ends, and says why", async () => {
    const preload = new URL("support/noThreads.ts", import.meta.url).pathname;
    const { code, stderr } = await runCommand(["run", ...RUN, "--workers", "2", "--quiet"], {
      env: { NODE_OPTIONS: `--import ${preload}` },
    });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^lyapunov: no worker is left: a thread cannot start to work: it ended while it started$/m,
    );
  });
});
