/**
 * How much memory a coordinator takes while it records a run of millions of shards:
 * `node --expose-gc bench/longRun.ts --help`.
 *
 * Engine, coordinator and ledger are the real ones, in this process. The workers are sinks that
 * answer out of order, with partials of one checkpoint that cost next to nothing. There is no gRPC.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { getHeapStatistics } from "node:v8";

import { pino } from "pino";

import { Simulations } from "../coordinator/simulations/simulations.ts";
import { Engine } from "../coordinator/engine/engine.ts";
import { openLedger } from "../coordinator/ledger/openLedger.ts";
import { DEFAULT_SCHEDULER_OPTIONS } from "../coordinator/scheduler/options.ts";
import { ShardPlan } from "../coordinator/plan/shardPlan.ts";
import { parsePropagation } from "../shared/kinds/propagation/propagation.ts";
import type {
  PropagationInput,
  PropagationSpecification,
} from "../shared/kinds/propagation/specification.ts";
import { commandLine, describeMachine } from "./machine.ts";
import { printTable, readable, report, RESULTS_FOLDER } from "./results.ts";
import { ShuffledFleet } from "./shuffledFleet.ts";

const USAGE = `usage: node --expose-gc [--max-old-space-size=160] bench/longRun.ts
  [--shards 10000000] [--workers 8] [--ledger a file, or memory; default: a fresh file]
  [--results ${RESULTS_FOLDER}]
`;
const SHARDS_PER_SAMPLE = 500_000;
const TICK_MILLISECONDS = 250;
/** How long a server with a busy fleet gathers records for one commit. */
const GATHER_MILLISECONDS = 25;
/** A network with the smallest shards: the largest run that may be asked for has very many. */
const NETWORK = { width: 512, depth: 200, negativeSlope: 0.01, weights: "gaussian" } as const;

const { values: flags } = parseArgs({
  options: {
    shards: { type: "string", default: "10000000" },
    workers: { type: "string", default: "8" },
    ledger: { type: "string" },
    results: { type: "string", default: RESULTS_FOLDER },
    help: { type: "boolean", default: false },
  },
});

if (flags.help) process.stdout.write(USAGE);
else await benchmark();

interface Sample {
  readonly seconds: number;
  readonly recordedShards: number;
  readonly residentBytes: number;
  /** Heap in use, after a garbage collection if node has --expose-gc. */
  readonly heapBytes: number;
  /** Memory outside the heap: typed arrays, and rows on their way to the ledger. */
  readonly bufferBytes: number;
}

async function benchmark(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "lyapunov-long-run-"));
  const shards = Number(flags.shards);
  const samples: Sample[] = [];
  try {
    await propagate(flags.ledger ?? join(folder, "ledger.sqlite"), shards, (sample) => {
      samples.push(sample);
      process.stderr.write(`${JSON.stringify(sample)}\n`);
    });
  } finally {
    await rm(folder, { recursive: true });
  }
  const [first, last] = [samples[0] as Sample, samples.at(-1) as Sample];
  printTable(
    `${shards} shards, ${flags.workers} workers`,
    ["", "shards/s", "resident MiB", "heap MiB", "buffers MiB"],
    [first, last].map((sample) => [
      `after ${readable(sample.recordedShards)}`,
      readable(sample.recordedShards / sample.seconds),
      ...[sample.residentBytes, sample.heapBytes, sample.bufferBytes].map(mebibytes),
    ]),
  );
  await report(flags.results, "longRun.json", {
    measuredAt: new Date().toISOString(),
    command: commandLine("bench/longRun.ts"),
    nodeOptions: process.execArgv,
    heapLimitBytes: getHeapStatistics().heap_size_limit,
    machine: describeMachine(),
    workers: Number(flags.workers),
    recordedShardsPerSecond: last.recordedShards / last.seconds,
    samples,
  });
}

/** Runs that many shards to the end, and samples the memory on the way. */
async function propagate(
  where: string,
  shards: number,
  onSample: (sample: Sample) => void,
): Promise<void> {
  const log = pino({ level: "error" });
  const ledger = await openLedger(where);
  const engine = new Engine({
    ledger,
    log,
    clock,
    wallClock: Date.now,
    firstLease: 1,
    onFatal: (error) => {
      throw error;
    },
    scheduler: DEFAULT_SCHEDULER_OPTIONS,
    gather: () => delay(GATHER_MILLISECONDS),
  });
  const coordinator = new Simulations({
    engine,
    ledger,
    log,
    clock,
    wallClock: Date.now,
    newId: () => "long",
  });
  const ended = Promise.withResolvers<void>();
  const start = performance.now();
  let next = SHARDS_PER_SAMPLE;
  engine.onRunChange((run, hasEnded) => {
    const recordedShards = hasEnded
      ? shards
      : (engine.activeRun(run)?.progress.recordedShards ?? 0);
    if (recordedShards < next && !hasEnded) return;
    next = recordedShards + SHARDS_PER_SAMPLE;
    onSample({ seconds: (performance.now() - start) / 1000, recordedShards, ...memory() });
    if (hasEnded) ended.resolve();
  });
  const ticks = setInterval(() => {
    engine.dispatch({ kind: "tick" });
  }, TICK_MILLISECONDS);
  const fleet = new ShuffledFleet(engine, Number(flags.workers));
  await coordinator.createRun(specificationOf(shards), { requestId: "", validateOnly: false });
  await ended.promise;
  fleet.leave();
  clearInterval(ticks);
  await engine.flush();
  await ledger.close();
}

/** Seconds of a clock that does not jump. */
function clock(): number {
  return performance.now() / 1000;
}

function specificationOf(shards: number): PropagationSpecification {
  const input: PropagationInput = {
    network: { ...NETWORK, namedGain: "he" },
    sampling: "dense",
    checkpointDepths: [NETWORK.depth],
    stoppingRule: { replicaCount: 2 },
  };
  const { shardSize } = new ShardPlan(parsePropagation(input));
  return parsePropagation({ ...input, stoppingRule: { replicaCount: shards * shardSize } });
}

function memory(): Pick<Sample, "residentBytes" | "heapBytes" | "bufferBytes"> {
  // Resident memory from before the collection, which is what the machine must have.
  const { rss: residentBytes } = process.memoryUsage();
  globalThis.gc?.();
  const { heapUsed: heapBytes, external: bufferBytes } = process.memoryUsage();
  return { residentBytes, heapBytes, bufferBytes };
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
