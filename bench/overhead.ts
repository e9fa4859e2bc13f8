/**
 * What it costs a sweep to be watched through Prometheus and a browser: `node bench/overhead.ts --help`.
 *
 * Two clusters of a coordinator and a worker propagate equal sweeps in turns. Then another two do,
 * because a process may be faster than its like for as long as it lives. One cluster of a pair has
 * neither metrics nor a page. Both processes of the other are scraped every five seconds, three
 * times as often as Prometheus does, and its page has the sweep open.
 */
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";

import { SimulationApi } from "../client/sdk/api.ts";
import { parsePropagation } from "../shared/kinds/propagation/propagation.ts";
import { specificationToMessage } from "../shared/kinds/propagation/messages.ts";
import { Command } from "./command.ts";
import { commandLine, describeMachine } from "./machine.ts";
import { threadSecondsOf, type ThreadSeconds } from "./resources.ts";
import { printTable, report, RESULTS_FOLDER } from "./results.ts";
import { ratios } from "./statistics.ts";

const USAGE = `usage: node bench/overhead.ts (after npm run build)
  [--pairs 12, of clusters, two or more] [--rounds 4, of each] [--threads 2]
  [--replicas 3000, of each of four runs of width 64 and depth 200]
  [--results ${RESULTS_FOLDER}]
`;
const SCRAPE_MILLISECONDS = 5000;
const SWEEP_RUNS = 4;
const DESCRIPTIONS = {
  wall: "wall time",
  processor: "processor time",
  besideKernels: "processor time of all but the threads that propagate, as a share of all",
  onlooker: "processor time of who looks on, on top of that",
};
const MONITORING = ["--metrics", "127.0.0.1:0"];

const { values: flags } = parseArgs({
  options: {
    pairs: { type: "string", default: "12" },
    rounds: { type: "string", default: "4" },
    replicas: { type: "string", default: "3000" },
    threads: { type: "string", default: "2" },
    results: { type: "string", default: RESULTS_FOLDER },
    help: { type: "boolean", default: false },
  },
});

interface Turn {
  readonly wallSeconds: number;
  /** Processor time of coordinator and worker, all threads. */
  readonly processorSeconds: number;
  /** Processor time of all other threads than those that propagate: their speed varies at will. */
  readonly besideKernelsSeconds: number;
  /** Processor time of this process, which watches from the same machine; Prometheus need not. */
  readonly onlookerSeconds: number;
}

/** A cluster of a coordinator and a worker, each a process of its own. */
class Cluster implements AsyncDisposable {
  readonly processes: readonly [Command, Command];
  readonly api: SimulationApi;

  private constructor(coordinator: Command, worker: Command, address: string) {
    this.processes = [coordinator, worker];
    this.api = new SimulationApi(address);
  }

  static async start(
    threads: number,
    serveFlags: readonly string[],
    workFlags: readonly string[],
  ): Promise<Cluster> {
    const place = ["--listen", "127.0.0.1:0", "--ledger", "memory"];
    const coordinator = new Command(["serve", ...place, ...serveFlags]);
    const address = await coordinator.said(/listening on (\S+)\n/);
    const how = ["--coordinator", address, "--threads", String(threads)];
    const worker = new Command(["work", ...how, "--log-level", "info", ...workFlags]);
    return new Cluster(coordinator, worker, address);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.api.close();
    for (const process of this.processes.toReversed()) await process[Symbol.asyncDispose]();
  }
}

async function benchmark(): Promise<void> {
  const pairs = Number(flags.pairs);
  const unwatched: Turn[] = [];
  const watched: Turn[] = [];
  for (let pair = 1; pair <= pairs; pair++) {
    process.stderr.write(`pair ${pair} of ${pairs}\n`);
    const turns = await compare(pair % 2 === 0);
    unwatched.push(turns.unwatched);
    watched.push(turns.watched);
  }
  const overhead = (of: (turn: Turn) => number, under: (turn: Turn) => number) =>
    meanOf(
      ratios(
        watched.map((turn, pair) => of(turn) - of(unwatched[pair] ?? turn)),
        unwatched.map(under),
      ),
    );
  const results = {
    wall: overhead(wallSecondsOf, wallSecondsOf),
    processor: overhead(processorSecondsOf, processorSecondsOf),
    besideKernels: overhead(({ besideKernelsSeconds }) => besideKernelsSeconds, processorSecondsOf),
    onlooker: overhead(({ onlookerSeconds }) => onlookerSeconds, processorSecondsOf),
  };
  printTable(
    `Sweeps that are watched over those that are not, ${pairs} pairs of clusters`,
    ["", "more by", "standard error"],
    Object.entries(results).map(([name, { mean, standardError }]) => [
      DESCRIPTIONS[name as keyof typeof results],
      `${(100 * mean).toFixed(2)} %`,
      `${(100 * standardError).toFixed(2)} %`,
    ]),
  );
  await report(flags.results, "overhead.json", {
    measuredAt: new Date().toISOString(),
    command: commandLine("bench/overhead.ts"),
    machine: describeMachine(),
    overhead: results,
    unwatched,
    watched,
  });
}

/** Measures a new pair of clusters: where its code lies in memory makes a process fast or slow. */
async function compare(isWatchedFirst: boolean) {
  const threads = Number(flags.threads);
  const startPlain = () => Cluster.start(threads, [], []);
  const serveFlags = [...MONITORING, "--http", "127.0.0.1:0"];
  const startOpen = () => Cluster.start(threads, serveFlags, MONITORING);
  await using first = await (isWatchedFirst ? startOpen : startPlain)();
  await using second = await (isWatchedFirst ? startPlain : startOpen)();
  const [open, plain] = isWatchedFirst ? [first, second] : [second, first];
  const metrics = await Promise.all(
    open.processes.map((process) => process.said(/metrics at (http:[\w.:/]+)/)),
  );
  const page = await open.processes[0].said(/page at (\S+)\n/);
  const both = [
    (round: number) => propagate(plain, round, () => ({ [Symbol.dispose]: () => undefined })),
    (round: number) => propagate(open, round, (sweep) => lookOn(metrics, page, sweep)),
  ] as const;
  const turns: [Turn[], Turn[]] = [[], []];
  for (let round = 0; round <= Number(flags.rounds); round++) {
    // Whoever goes first in one round goes last in the next; the first round warms up.
    for (const i of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const turn = await both[i](round);
      if (round > 0) turns[i].push(turn);
    }
  }
  return { unwatched: turns[0].reduce(sumOf), watched: turns[1].reduce(sumOf) };
}

function sumOf(a: Turn, b: Turn): Turn {
  return {
    wallSeconds: a.wallSeconds + b.wallSeconds,
    processorSeconds: a.processorSeconds + b.processorSeconds,
    besideKernelsSeconds: a.besideKernelsSeconds + b.besideKernelsSeconds,
    onlookerSeconds: a.onlookerSeconds + b.onlookerSeconds,
  };
}

function wallSecondsOf({ wallSeconds }: Turn): number {
  return wallSeconds;
}

function processorSecondsOf({ processorSeconds }: Turn): number {
  return processorSeconds;
}

async function propagate(
  cluster: Cluster,
  round: number,
  watch: (sweep: string) => Disposable,
): Promise<Turn> {
  const pids = cluster.processes.map(({ pid }) => pid);
  const runs = Array.from({ length: SWEEP_RUNS }, (_, i) =>
    specificationToMessage(
      parsePropagation({
        network: { width: 64, depth: 200, negativeSlope: 0.01, weights: "gaussian", gain: "he" },
        sampling: "dense",
        seed: SWEEP_RUNS * round + i,
        stoppingRule: { replicaCount: Number(flags.replicas) },
      }),
    ),
  );
  const before = await secondsOf(pids);
  const own = process.cpuUsage();
  const start = performance.now();
  const { name } = await cluster.api.createSweep({ displayName: `round ${round}`, runs }, "");
  const watching = watch(name);
  try {
    for await (const _ of cluster.api.watchSweep(name));
  } finally {
    watching[Symbol.dispose]();
  }
  const wallSeconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(own);
  const after = await secondsOf(pids);
  const others = after.others - before.others;
  return {
    wallSeconds,
    processorSeconds: after.pool - before.pool + others,
    besideKernelsSeconds: others,
    onlookerSeconds: (user + system) / 1e6,
  };
}

/** Plays Prometheus and a browser until disposed of. */
function lookOn(metrics: readonly string[], page: string, sweep: string): Disposable {
  const ended = new AbortController();
  const read = async (url: string) => {
    const response = await fetch(url, { signal: ended.signal });
    for await (const _ of response.body ?? []);
  };
  const ignoreEnd = (error: unknown) => {
    if (!ended.signal.aborted) throw error;
  };
  const scrape = () => {
    for (const url of metrics) read(url).catch(ignoreEnd);
  };
  scrape();
  const timer = setInterval(scrape, SCRAPE_MILLISECONDS);
  read(`${page}/api/events?view=${sweep}`).catch(ignoreEnd);
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      ended.abort();
    },
  };
}

async function secondsOf(pids: readonly number[]): Promise<ThreadSeconds> {
  const all = await Promise.all(pids.map(threadSecondsOf));
  return all.reduce((sum, own) => ({
    pool: sum.pool + own.pool,
    others: sum.others + own.others,
  }));
}

function meanOf(values: readonly number[]): { mean: number; standardError: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (values.length - 1) / values.length) };
}

// At the end, because a class does not exist before its lines have run.
if (flags.help) process.stdout.write(USAGE);
else await benchmark();
