/**
 * What the system adds to its kernels: one worker against two, and the share of time that threads
 * do not spend propagating. Rounds are interleaved; medians and the spread are reported. Run it on
 * an otherwise idle machine: `node bench/system.ts [rounds]`.
 */
import { performance } from "node:perf_hooks";

import pino from "pino";

import { SimulationApi } from "../client/api.ts";
import { MemoryLedger } from "../coordinator/ledger/memoryLedger.ts";
import { startCoordinator } from "../coordinator/server.ts";
import { parseRunSpecification } from "../shared/network/specification.ts";
import { specificationToMessage } from "../shared/wire/specificationMessages.ts";
import { createThreadPool, type ShardPool } from "../worker/threadPool.ts";
import { startWorker } from "../worker/worker.ts";
import { median, spread } from "./medians.ts";

const WIDTH = 32;
const DEPTH = 200;
const REPLICAS = 16_384;

interface Measurement {
  readonly wallSeconds: number;
  /** Share of the threads' time that was spent in the kernel. */
  readonly kernelShare: number;
}

async function measure(workerCount: number, seed: number): Promise<Measurement> {
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
  const timed = (pool: ShardPool): ShardPool => ({
    ...pool,
    compute: async (task, signal) => {
      const computed = await pool.compute(task, signal);
      kernelSeconds += computed.computeSeconds;
      return computed;
    },
  });
  const workers = Array.from({ length: workerCount }, () =>
    startWorker({ coordinator: address, log, pool: timed(createThreadPool(1)) }),
  );
  const api = new SimulationApi(address);
  const run = async (replicaCount: number) => {
    const specification = parseRunSpecification({
      network: { width: WIDTH, depth: DEPTH, negativeSlope: 0.01, weights: "gaussian", gain: "he" },
      sampling: "dense",
      seed,
      stoppingRule: { replicaCount },
    });
    const { name } = await api.createRun(specificationToMessage(specification), "");
    for await (const _ of api.watchRun(name));
  };
  // Threads start and kernels are compiled before the clock does.
  await run(1024);
  kernelSeconds = 0;
  const start = performance.now();
  await run(REPLICAS);
  const wallSeconds = (performance.now() - start) / 1000;
  const kernelShare = kernelSeconds / (wallSeconds * workerCount);
  api.close();
  await Promise.all(workers.map((worker) => worker.stop()));
  await coordinator.close();
  return { wallSeconds, kernelShare };
}

const rounds = Number(process.argv[2] ?? 5);
const one: Measurement[] = [];
const two: Measurement[] = [];
for (let round = 0; round < rounds; round++) {
  one.push(await measure(1, round));
  two.push(await measure(2, round));
  process.stderr.write(`round ${round + 1} of ${rounds}\n`);
}
const speedUps = one.map(({ wallSeconds }, i) => wallSeconds / (two[i]?.wallSeconds ?? NaN));
const overhead = (measurements: readonly Measurement[]) =>
  measurements.map(({ kernelShare }) => 1 - kernelShare);
const result = {
  width: WIDTH,
  depth: DEPTH,
  replicas: REPLICAS,
  rounds,
  twoWorkersOverOne: { median: median(speedUps), spread: spread(speedUps) },
  timeOutsideKernel: {
    oneWorker: { median: median(overhead(one)), spread: spread(overhead(one)) },
    twoWorkers: { median: median(overhead(two)), spread: spread(overhead(two)) },
  },
};
process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
