/**
 * What a second worker adds to a study: `node bench/trainingFleet.ts --help`.
 *
 * One cluster has one worker, the other two, each with one thread, and each process of its own. They
 * train the same arms in turns. A turn is timed from the client's request to the end of its watch.
 * Seconds are of the wall clock, so the machine should be idle, and have two cores or more.
 */
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";

import { SimulationApi } from "../client/sdk/api.ts";
import { trainingToRun } from "../shared/kinds/training/messages.ts";
import { parseTrainingFields } from "../shared/kinds/training/specification.ts";
import type { Run } from "../shared/wire/generated/lyapunov/v1/Run.ts";
import { measuredBar, printBars } from "./bars.ts";
import { Command } from "./command.ts";
import { commandLine, describeMachine } from "./machine.ts";
import { printTable, report, RESULTS_FOLDER } from "./results.ts";
import { ratios, summarize } from "./statistics.ts";

const USAGE = `usage: node bench/trainingFleet.ts (after npm run build)
  [--rounds 5] [--arms 12] [--seeds 100, of each arm] [--steps 4000]
  [--width 2] [--depth 40] [--task quintic_polynomial] [--backend simd]
  [--results ${RESULTS_FOLDER}]
`;

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    arms: { type: "string", default: "12" },
    seeds: { type: "string", default: "100" },
    steps: { type: "string", default: "4000" },
    width: { type: "string", default: "2" },
    depth: { type: "string", default: "40" },
    task: { type: "string", default: "quintic_polynomial" },
    backend: { type: "string", default: "simd" },
    results: { type: "string", default: RESULTS_FOLDER },
    help: { type: "boolean", default: false },
  },
});

/** A coordinator and its workers. */
class Cluster implements AsyncDisposable {
  readonly #processes: readonly Command[];
  readonly #api: SimulationApi;

  private constructor(processes: readonly Command[], address: string) {
    this.#processes = processes;
    this.#api = new SimulationApi(address);
  }

  static async start(workerCount: number): Promise<Cluster> {
    const coordinator = new Command([
      "serve",
      "--listen",
      "127.0.0.1:0",
      "--ledger",
      "memory",
      "--json",
    ]);
    const address = await coordinator.said(/"address": "([^"]+)"/);
    const workers = Array.from({ length: workerCount }, () => {
      const args = ["--log-level", "info", "work", "--coordinator", address, "--threads", "1"];
      return new Command([...args, "--backend", flags.backend]);
    });
    await Promise.all(workers.map((worker) => worker.said(/(joined) the coordinator/)));
    return new Cluster([coordinator, ...workers], address);
  }

  /** Trains the arms, and returns the seconds that they took. */
  async train(runs: readonly Run[]): Promise<number> {
    const start = performance.now();
    const { name } = await this.#api.createSweep({ runs: [...runs] }, "");
    for await (const sweep of this.#api.watchSweep(name)) {
      const failed = sweep.runs.find(({ error }) => error !== "");
      if (failed !== undefined) throw new Error(`${failed.name}: ${failed.error}`);
    }
    return (performance.now() - start) / 1000;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#api.close();
    await Promise.all(this.#processes.map((command) => command[Symbol.asyncDispose]()));
  }
}

if (flags.help) process.stdout.write(USAGE);
else await benchmark();

async function benchmark(): Promise<void> {
  await using one = await Cluster.start(1);
  await using two = await Cluster.start(2);
  const seconds: readonly [one: number[], two: number[]] = [[], []];
  // Threads start, and kernels are compiled, before any clock does.
  await one.train(arms(0, 1));
  await two.train(arms(0, 2));
  const rounds = Number(flags.rounds);
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    const runs = arms(round, Number(flags.arms));
    const turns = [
      async () => seconds[0].push(await one.train(runs)),
      async () => seconds[1].push(await two.train(runs)),
    ];
    // The order turns round, so that a machine that grows slower meanwhile favours nobody.
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
  }
  const bars = [
    { name: "one worker's time ÷ two workers'", least: 1 / 0.55, ratios: ratios(...seconds) },
  ].map(measuredBar);
  const contenders = ["one worker", "two workers"].map((name, i) => ({
    name,
    wallSeconds: seconds[i] ?? [],
  }));
  const trainings = Number(flags.arms) * Number(flags.seeds);
  printTable(
    `${trainings} trainings of ${flags.steps} steps, width ${flags.width}, depth ${flags.depth} (medians)`,
    ["", "wall s", "trainings/s"],
    contenders.map(({ name, wallSeconds }) => {
      const { median } = summarize(wallSeconds);
      return [name, median.toFixed(2), (trainings / median).toFixed(1)];
    }),
  );
  printBars(bars);
  // Where the results go is of this machine only.
  const { results: folder, help: _help, ...asked } = flags;
  await report(folder, "trainingFleet.json", {
    measuredAt: new Date().toISOString(),
    command: commandLine("bench/trainingFleet.ts"),
    machine: describeMachine(),
    flags: asked,
    bars,
    contenders,
  });
}

/** Arms that differ in their learning rates. */
function arms(seed: number, count: number): Run[] {
  return Array.from({ length: count }, (_, i) =>
    trainingToRun(
      parseTrainingFields({
        network: {
          width: Number(flags.width),
          depth: Number(flags.depth),
          negativeSlope: 0.01,
          weights: "gaussian",
          gain: "lyapunov",
        },
        training: {
          task: flags.task,
          learningRate: 0.001 * (i + 1),
          stepCount: Number(flags.steps),
        },
        seed,
        backend: flags.backend,
        stoppingRule: { replicaCount: Number(flags.seeds) },
      }),
    ),
  );
}
