/**
 * What the system leaves of its kernel's rate, and what a second thread adds:
 * `node bench/system.ts --help`.
 *
 * A bare thread, a cluster with one thread, one with two, and two bare threads propagate one run in
 * turns. The two bare threads show what the machine itself gives. Both clusters stay up, and a turn
 * is timed from a client's request to the end of its watch. Seconds are of the wall clock, so the
 * machine should be idle.
 */
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";

import pino from "pino";
import { Piscina } from "piscina";

import { SimulationApi } from "../client/sdk/api.ts";
import { MemoryLedger } from "../coordinator/ledger/memoryLedger.ts";
import { startCoordinator } from "../coordinator/process/server.ts";
import { ShardPlan } from "../coordinator/plan/shardPlan.ts";
import { parsePropagation } from "../shared/kinds/propagation/propagation.ts";
import type { PropagationSpecification } from "../shared/kinds/propagation/specification.ts";
import { specificationToMessage } from "../shared/kinds/propagation/messages.ts";
import type { ShardPool } from "../worker/pool/shardPool.ts";
import { createThreadPool } from "../worker/pool/threadPool.ts";
import { processor } from "../worker/devices/processor.ts";
import { startWorker } from "../worker/worker.ts";
import { measuredBar, printBars } from "./bars.ts";
import type { BareTask } from "./bareThread.ts";
import { commandLine, describeMachine } from "./machine.ts";
import { printTable, readable, report, RESULTS_FOLDER } from "./results.ts";
import { ratios, summarize } from "./statistics.ts";

const USAGE = `usage: node bench/system.ts
  [--rounds 20] [--seconds 4, of the bare kernel in a round] [--width 64] [--depth 200]
  [--results ${RESULTS_FOLDER}]
`;

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    seconds: { type: "string", default: "4" },
    width: { type: "string", default: "64" },
    depth: { type: "string", default: "200" },
    results: { type: "string", default: RESULTS_FOLDER },
    help: { type: "boolean", default: false },
  },
});

if (flags.help) process.stdout.write(USAGE);
else await benchmark();

/** How long a run took. */
interface Turn {
  readonly wallSeconds: number;
  /** Time in kernels, of all threads together. */
  readonly kernelSeconds: number;
  /** Processor time of this process's main thread: coordinator, RPC and fold. */
  readonly mainThreadSeconds: number;
}

/** Something that propagates whole runs. */
interface Propagator {
  readonly name: string;
  run(specification: PropagationSpecification): Promise<Turn>;
  close(): Promise<unknown>;
}

async function benchmark(): Promise<void> {
  const rounds = Number(flags.rounds);
  const bare = startBareThreads("the bare kernel, 1 thread", 1);
  const bareTwo = startBareThreads("the bare kernel, 2 threads", 2);
  const one = await startCluster("the system, 1 thread", 1);
  const two = await startCluster("the system, 2 threads", 2);
  const contenders = [bare, one, two, bareTwo];
  const { shardSize } = new ShardPlan(specification(1, 2));

  // Threads start and kernels are compiled before any clock does.
  const trial = specification(0, 8 * shardSize);
  for (const contender of contenders) await contender.run(trial);
  const trials = [await bare.run(trial), await bare.run(trial)];
  const shortest = Math.min(...trials.map(({ wallSeconds }) => wallSeconds));
  const pairs = Math.ceil((Number(flags.seconds) / shortest) * 4);
  // An even number of shards, so that two threads get as many each.
  const replicaCount = 2 * pairs * shardSize;

  const turns = contenders.map((): Turn[] => []);
  for (let round = 0; round < rounds; round++) {
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
    // The order turns round from one round to the next, so that a machine that grows slower or
    // faster meanwhile favours nobody.
    const entries = [...contenders.entries()];
    for (const [i, contender] of round % 2 === 0 ? entries : entries.toReversed()) {
      turns[i]?.push(await contender.run(specification(round + 1, replicaCount)));
    }
  }
  await Promise.all(contenders.map((contender) => contender.close()));

  const weights = replicaCount * Number(flags.depth) * Number(flags.width) ** 2;
  const rates = contenders.map(({ name }, i) => {
    const own = turns[i] ?? [];
    return {
      contender: name,
      weightsPerSecond: summarize(own.map((turn) => weights / turn.wallSeconds)),
      kernelSeconds: summarize(own.map((turn) => turn.kernelSeconds)),
      mainThreadSeconds: summarize(own.map((turn) => turn.mainThreadSeconds)),
      wallSeconds: own.map((turn) => turn.wallSeconds),
    };
  });
  const [bareSeconds = [], oneSeconds = [], twoSeconds = [], bareTwoSeconds = []] = rates.map(
    (rate) => rate.wallSeconds,
  );
  const bars = [
    {
      name: "the system's rate ÷ the bare kernel's, one thread",
      least: 0.97,
      ratios: ratios(bareSeconds, oneSeconds),
    },
    { name: "two threads ÷ one", least: 1.9, ratios: ratios(oneSeconds, twoSeconds) },
  ].map(measuredBar);
  const ceiling = summarize(ratios(bareSeconds, bareTwoSeconds));

  printTable(
    `A dense Gaussian run of ${replicaCount} replicas, width ${flags.width}, depth ${flags.depth} (medians)`,
    ["", "weights/s", "wall s", "kernel s, all threads", "main thread s"],
    rates.map((rate) => [
      rate.contender,
      readable(rate.weightsPerSecond.median),
      summarize(rate.wallSeconds).median.toFixed(2),
      rate.kernelSeconds.median.toFixed(2),
      rate.mainThreadSeconds.median.toFixed(2),
    ]),
  );
  printBars(bars);
  process.stderr.write(
    `The machine's own two threads ÷ one, by bare kernels: ${ceiling.median.toFixed(3)} ± ` +
      `${ceiling.halfInterquartileRange.toFixed(3)} (standard error ${ceiling.standardError.toFixed(3)})\n`,
  );
  await report(flags.results, "system.json", {
    measuredAt: new Date().toISOString(),
    command: commandLine("bench/system.ts"),
    machine: describeMachine(),
    width: Number(flags.width),
    depth: Number(flags.depth),
    replicaCount,
    shardCount: 2 * pairs,
    rounds,
    bars,
    bareTwoThreadsOverOne: ceiling,
    rates,
  });
}

function specification(seed: number, replicaCount: number): PropagationSpecification {
  return parsePropagation({
    network: {
      width: Number(flags.width),
      depth: Number(flags.depth),
      negativeSlope: 0.01,
      weights: "gaussian",
      gain: "he",
    },
    sampling: "dense",
    seed,
    stoppingRule: { replicaCount },
  });
}

function startBareThreads(name: string, threads: number): Propagator {
  const filename = new URL("bareThread.ts", import.meta.url).href;
  const pool = new Piscina<BareTask, number>({
    filename,
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Infinity,
  });
  return {
    name,
    run: async ({ kind: _kind, ...fields }) => {
      const tasks = Array.from({ length: threads }, (_, thread) =>
        pool.run({ fields, thread, threads }),
      );
      const seconds = await Promise.all(tasks);
      return {
        wallSeconds: Math.max(...seconds),
        kernelSeconds: seconds.reduce((sum, own) => sum + own, 0),
        mainThreadSeconds: 0,
      };
    },
    close: () => pool.destroy(),
  };
}

/** A cluster of a coordinator and a worker in this process that talk over loopback. */
async function startCluster(name: string, threads: number): Promise<Propagator> {
  const log = pino({ level: "silent" });
  const coordinator = await startCoordinator({
    address: "127.0.0.1:0",
    ledger: new MemoryLedger(),
    log,
    onFatal: (error) => {
      throw error;
    },
  });
  const address = `127.0.0.1:${coordinator.port}`;
  let kernelSeconds = 0;
  const pool = createThreadPool(threads);
  const timed: ShardPool = {
    ...pool,
    compute: async (task, signal) => {
      const computed = await pool.compute(task, signal);
      kernelSeconds += computed.computeSeconds;
      return computed;
    },
  };
  const devices = [await processor(log, () => timed)];
  const worker = await startWorker({ coordinator: address, log, devices });
  const api = new SimulationApi(address);
  return {
    name,
    run: async (run) => {
      kernelSeconds = 0;
      const before = performance.eventLoopUtilization();
      const start = performance.now();
      const created = await api.createRun(specificationToMessage(run), "");
      for await (const _ of api.watchRun(created.name));
      const wallSeconds = (performance.now() - start) / 1000;
      const { active } = performance.eventLoopUtilization(before);
      return { wallSeconds, kernelSeconds, mainThreadSeconds: active / 1000 };
    },
    close: async () => {
      api.close();
      await worker.stop();
      await coordinator.close();
    },
  };
}
