/**
 * How many shard results a second a coordinator records from a large fleet, and how much memory it
 * takes: `node bench/fleet.ts --help`.
 *
 * The workers are simulated: real gRPC streams, one connection each, that answer every lease at
 * once with a partial of a real one's shape. Coordinator and workers are two processes.
 */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";

import { SimulationApi } from "../client/sdk/api.ts";
import { parsePropagation } from "../shared/kinds/propagation/propagation.ts";
import { specificationToMessage } from "../shared/kinds/propagation/messages.ts";
import { Command } from "./command.ts";
import { commandLine, describeMachine } from "./machine.ts";
import { resourcesOf, type Resources } from "./resources.ts";
import { printTable, readable, report, RESULTS_FOLDER } from "./results.ts";
import { SimulatedFleet } from "./simulatedFleet.ts";

const USAGE = `usage: node bench/fleet.ts (after npm run build)
  [--workers 1000] [--seconds 60] [--ledger a file, memory or postgres://…; default: a fresh file]
  [--results ${RESULTS_FOLDER}]
`;
/** A run of 536 million of the smallest shards, 8 replicas each, so that the coordinator limits. */
const RUN = { width: 512, depth: 200, negativeSlope: 0.01, weights: "gaussian", gain: "he" };

const { values: flags } = parseArgs({
  options: {
    workers: { type: "string", default: "1000" },
    seconds: { type: "string", default: "60" },
    ledger: { type: "string" },
    results: { type: "string", default: RESULTS_FOLDER },
    help: { type: "boolean", default: false },
  },
});

if (flags.help) process.stdout.write(USAGE);
else await benchmark();

/** One measurement; the resources are the coordinator's. */
interface Sample extends Resources {
  readonly seconds: number;
  readonly recordedShards: number;
}

async function benchmark(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "lyapunov-fleet-"));
  const ledger = flags.ledger ?? join(folder, "ledger.sqlite");
  const serve = ["serve", "--listen", "127.0.0.1:0", "--log-level", "error", "--ledger", ledger];
  const coordinator = new Command(serve);
  const address = await coordinator.said(/listening on (\S+)\n/);
  const api = new SimulationApi(address);
  const specification = parsePropagation({
    network: { ...RUN, gain: undefined, namedGain: "he" },
    sampling: "dense",
    stoppingRule: { replicaCount: 2 ** 32 },
  });
  const { name } = await api.createRun(specificationToMessage(specification), "");

  const workers = Number(flags.workers);
  const seconds = Number(flags.seconds);
  const fleet = await SimulatedFleet.join(address, workers);
  const samples: Sample[] = [];
  const start = performance.now();
  while (samples.length < seconds) {
    await delay(start + (samples.length + 1) * 1000 - performance.now());
    samples.push({
      seconds: (performance.now() - start) / 1000,
      recordedShards: fleet.acknowledged,
      ...(await resourcesOf(coordinator.pid)),
    });
  }
  fleet.leave();
  await api.cancelRun(name);
  api.close();
  await coordinator[Symbol.asyncDispose]();
  const ledgerBytes = flags.ledger === undefined ? (await stat(ledger)).size : null;
  await rm(folder, { recursive: true });

  // The first quarter warms up.
  const warm = samples.slice(Math.floor(samples.length / 4));
  const [first, last] = [warm[0] as Sample, warm.at(-1) as Sample];
  const recorded = last.recordedShards - first.recordedShards;
  const perSecond = recorded / (last.seconds - first.seconds);
  const microseconds = ((last.processorSeconds - first.processorSeconds) / recorded) * 1e6;
  printTable(
    `${workers} workers, ${seconds} s, ledger ${kindOf(ledger)}`,
    ["", "shards/s", "coordinator µs/shard", "resident MiB, warm", "at the end", "shards recorded"],
    [
      [
        "",
        readable(perSecond),
        microseconds.toFixed(0),
        mebibytes(first.residentBytes),
        mebibytes(last.residentBytes),
        last.recordedShards,
      ],
    ],
  );
  await report(flags.results, `fleet-${kindOf(ledger)}.json`, {
    measuredAt: new Date().toISOString(),
    command: commandLine("bench/fleet.ts"),
    machine: describeMachine(),
    workers,
    recordedShardsPerSecond: perSecond,
    coordinatorMicrosecondsPerShard: microseconds,
    ledgerBytes,
    samples,
  });
}

function kindOf(ledger: string): string {
  if (ledger === "memory") return "memory";
  return ledger.startsWith("postgres") ? "postgresql" : "sqlite";
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
