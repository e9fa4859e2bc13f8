import { setTimeout as delay } from "node:timers/promises";

import { SimulationApi } from "../../../client/sdk/api.ts";
import { runToJson } from "../../../shared/wire/json.ts";
import { hasEnded, stateOf } from "../../../shared/wire/runStates.ts";
import { parsePropagation } from "../../../shared/kinds/propagation/propagation.ts";
import type { PropagationInput } from "../../../shared/kinds/propagation/specification.ts";
import { specificationToMessage } from "../../../shared/kinds/propagation/messages.ts";
import { atEnd } from "../../support/endings.ts";
import { jsonHere, startCommand } from "./command.ts";
import { everyNumber } from "./everyNumber.ts";
import { Started } from "./processes.ts";

/** A run as `lyapunov run --json` prints it. */
export type RunJson = ReturnType<typeof runToJson>;

let shared: Promise<Cluster> | undefined;

/** A worker with two threads and its coordinator, for all tests that submit runs and disturb nobody. */
export function sharedCluster(): Promise<Cluster> {
  shared ??= Cluster.start(1, 2);
  return shared;
}

atEnd(async () => {
  const ending = shared;
  shared = undefined;
  await (await ending)?.[Symbol.asyncDispose]();
});

/** A coordinator and workers, each a process of its own. */
export class Cluster implements AsyncDisposable {
  /** HOST:PORT of the coordinator. */
  readonly address: string;
  coordinator: Started;
  readonly workers: Started[] = [];
  readonly api: SimulationApi;

  private constructor(coordinator: Started, address: string) {
    this.coordinator = coordinator;
    this.address = address;
    this.api = new SimulationApi(address);
  }

  /** Starts a coordinator on a free port and `workers` workers; resolves when all have joined. */
  static async start(
    workers: number,
    threads: number,
    flags: readonly string[] = [],
  ): Promise<Cluster> {
    const coordinator = startCommand(["serve", "--listen", "127.0.0.1:0", "--json", ...flags]);
    const [, address] = await coordinator.said(/"address": "([^"]+)"/, "stdout");
    const cluster = new Cluster(coordinator, String(address));
    await Promise.all(Array.from({ length: workers }, () => cluster.addWorker(threads)));
    return cluster;
  }

  /** Ends the coordinator and starts another at the same address; resolves when it listens. */
  async replaceCoordinator(
    flags: readonly string[],
    signal: NodeJS.Signals = "SIGKILL",
  ): Promise<void> {
    this.coordinator.signal(signal);
    await this.coordinator.ended;
    this.coordinator = startCommand(["serve", "--listen", this.address, "--json", ...flags]);
    await this.coordinator.said(/"address"/, "stdout");
  }

  /** Starts one more worker; resolves when it has joined. */
  async addWorker(threads: number, flags: readonly string[] = []): Promise<Started> {
    const worker = startCommand([
      ..."--log-level info work --coordinator".split(" "),
      this.address,
      "--threads",
      String(threads),
      ...flags,
    ]);
    return this.join(worker);
  }

  /** Starts a script of this folder as a worker; resolves when it has joined. */
  async addScriptedWorker(script: string, ...args: string[]): Promise<Started> {
    const path = new URL(script, import.meta.url).pathname;
    return this.join(new Started(process.execPath, [path, this.address, ...args]));
  }

  /** Kills all workers, so that a test that shares the cluster has only its own. */
  async killWorkers(): Promise<void> {
    const workers = this.workers.splice(0);
    await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
  }

  /** Submits a run by the command and waits for its end. */
  async run(args: readonly string[]): Promise<RunJson> {
    return jsonHere<RunJson>(["run", ...args, "--coordinator", this.address]);
  }

  /** Submits a run over gRPC, waits for its end, and returns it as the command's JSON has it. */
  async estimate(input: PropagationInput): Promise<RunJson> {
    const message = specificationToMessage(parsePropagation(input));
    const { name } = await this.api.createRun(message, "");
    for await (const run of this.api.watchRun(name)) {
      for (const [path, number] of everyNumber(run)) {
        // JSON would say null.
        if (!Number.isFinite(number)) throw new Error(`${path} is ${number}`);
      }
      if (hasEnded(stateOf(run))) return runToJson(run);
    }
    throw new Error(`${name} has not ended, but its watch has`);
  }

  /** Waits for the cluster's only run and returns its name. */
  async onlyRun(): Promise<string> {
    for (let attempt = 0; attempt < 200; attempt++) {
      const { runs } = await this.api.listRuns(2, "");
      if (runs.length > 1) throw new Error("the cluster has more than one run");
      if (runs[0] !== undefined) return runs[0].name;
      await delay(50);
    }
    throw new Error("no run was created");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.api.close();
    const all = [...this.workers, this.coordinator];
    await Promise.all(all.map((started) => started[Symbol.asyncDispose]()));
  }

  /** Adopts a worker; resolves when it has joined. */
  async join(worker: Started): Promise<Started> {
    this.workers.push(worker);
    await worker.said(/joined the coordinator/);
    return worker;
  }
}
