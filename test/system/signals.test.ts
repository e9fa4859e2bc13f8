import assert from "node:assert/strict";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import { STOP_SIGNALS, type StopSignal } from "../../client/cli/stopSignals.ts";
import { specificationToMessage } from "../../shared/kinds/propagation/messages.ts";
import { parsePropagation } from "../../shared/kinds/propagation/propagation.ts";
import { slow } from "../support/tiers/tiers.ts";
import { Cluster } from "./support/cluster.ts";
import { COMMAND, ROOT, startCommand } from "./support/command.ts";
import { Started } from "./support/processes.ts";

const SERVE = "serve --listen 127.0.0.1:0 --ledger memory".split(" ");
/** A run that takes minutes. */
const LONG = "run --width 500 --depth 2000 --sampling dense --threads 1 --ledger memory".split(" ");
/** Signals by which schedulers and terminals warn; SIGTERM has tests of its own. */
const WARNINGS = STOP_SIGNALS.filter((signal) => signal !== "SIGTERM");

/** Starts a command as people do, by its script, below a program that starts it. */
function startBelow(program: readonly string[], args: readonly string[]): Started {
  const [first = "", ...others] = program;
  // A shell would name here what it starts; the script must not depend on that.
  const options = { cwd: ROOT, env: { _: "" } };
  return new Started(first, [...others, `${ROOT}lyapunov`, ...args], options);
}

/** Sends a signal, and asserts how the process ends, what it says, and that no debugger is opened. */
async function assertEnds(
  started: Started,
  signal: StopSignal,
  exitCode: number,
  words: RegExp,
): Promise<void> {
  started.signal(signal);
  const { code, signal: fatal, stderr } = await started.ended;
  assert.deepEqual([code, fatal], [exitCode, null], `${signal}: ${stderr}`);
  assert.match(stderr, words);
  assert.doesNotMatch(stderr, /Debugger/);
}

describe("a scheduler's warning", () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await Cluster.start(0, 1);
  });
  after(() => cluster[Symbol.asyncDispose]());

  it("drains a worker", async () => {
    await Promise.all(
      WARNINGS.map(async (signal) => {
        await assertEnds(await cluster.addWorker(1), signal, 0, /"msg":"draining; /);
      }),
    );
  });

  it("closes a coordinator", async () => {
    await Promise.all(
      WARNINGS.map(async (signal) => {
        await using coordinator = startCommand(SERVE);
        await coordinator.said(/listening on/, "stdout");
        await assertEnds(coordinator, signal, 0, /"msg":"stopping"/);
      }),
    );
  });

  it("ends a command with a cluster inside, which says so", async () => {
    await Promise.all(
      WARNINGS.map(async (signal) => {
        await using started = startCommand(LONG);
        await started.said(/replicas\/s/);
        await assertEnds(started, signal, 130, /\ninterrupted\n$/);
      }),
    );
  });

  it("and what comes after it do not end a worker before its grace time", async () => {
    const worker = await cluster.addWorker(1, ["--grace", "2"]);
    const { name } = await cluster.api.createRun(
      specificationToMessage(
        parsePropagation({
          network: { width: 2000, depth: 2000, negativeSlope: 0.01, weights: "gaussian", gain: 1 },
          backend: "reference",
          sampling: "dense",
          stoppingRule: { replicaCount: 8 },
        }),
      ),
      "",
    );
    for await (const { progress } of cluster.api.watchRun(name)) {
      if (Number(progress?.leasedShardCount) > 0) break;
    }
    const story: readonly StopSignal[] = ["SIGUSR1", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGXCPU"];
    for (const signal of story) {
      worker.signal(signal);
      await worker.said(/draining/);
    }
    // 130 would be an end at once.
    assert.equal((await worker.ended).code, 0);
    await cluster.api.cancelRun(name);
  });
});

describe("SIGUSR1", () => {
  const often = slow("start coordinators again and again");

  often.it("opens no debugger, not even while Node starts", async () => {
    for (let wait = 0; wait < 200; wait += 20) {
      await using started = startBelow(["env"], SERVE);
      await delay(wait);
      started.signal("SIGUSR1");
      const isListening = started.said(/listening on/, "stdout").catch(() => undefined);
      await isListening;
      assert.doesNotMatch(started.stderr, /Debugger listening/);
    }
  });

  often.it("closes the debugger that it opened before any code of ours could run", async () => {
    for (let wait = 20; wait < 120; wait += 20) {
      // The debugger gets a port of its own: others may be at theirs.
      await using started = new Started(process.execPath, ["--inspect-port=0", COMMAND, ...SERVE]);
      await delay(wait);
      started.signal("SIGUSR1");
      await started.said(/listening on/, "stdout").catch(() => undefined);
      const [, port] = /Debugger listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(started.stderr) ?? [];
      if (port !== undefined) assert.equal(await isOpen(Number(port)), false);
    }
  });

  it("ends a command that does not expect it, as any program", async () => {
    await using cluster = await Cluster.start(0, 1);
    cluster.coordinator.signal("SIGSTOP");
    await using started = startCommand(["runs", "list", "--coordinator", cluster.address]);
    await delay(1500);
    started.signal("SIGUSR1");
    const { code, signal, stderr } = await started.ended;
    assert.deepEqual([code, signal, stderr], [null, "SIGUSR1", ""]);
  });
});

describe("a signal that whoever starts a command has it ignore", () => {
  for (const args of [SERVE, "work --threads 1 --coordinator 127.0.0.1:1".split(" "), LONG]) {
    it(`is ignored by '${args[0]}', as SIGHUP below nohup`, async () => {
      await using started = startBelow(["nohup"], args);
      await started.said(
        /listening on|connection lost|replicas\/s/,
        args === SERVE ? "stdout" : "stderr",
      );
      started.signal("SIGHUP");
      await delay(500);
      assert.equal(started.hasEnded, false, started.stderr);
      started.signal("SIGTERM");
      const { code, signal } = await started.ended;
      assert.deepEqual([code, signal], [args === LONG ? 130 : 0, null]);
    });
  }

  it("is ignored, whichever it is", async () => {
    const shell = ["sh", "-c", "trap '' USR1 USR2 XCPU QUIT; exec \"$@\"", "sh"];
    await using started = startBelow(shell, SERVE);
    await started.said(/listening on/, "stdout");
    for (const signal of ["SIGUSR1", "SIGUSR2", "SIGXCPU", "SIGQUIT"] as const)
      started.signal(signal);
    await delay(500);
    assert.equal(started.hasEnded, false, started.stderr);
    started.signal("SIGHUP");
    assert.equal((await started.ended).code, 0);
  });
});

async function isOpen(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, "127.0.0.1");
  socket.on("connect", () => {
    resolve(true);
  });
  socket.on("error", () => {
    resolve(false);
  });
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}
