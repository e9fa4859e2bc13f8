import { InvalidArgumentError, Option, type Command } from "commander";

import { DEFAULT_PATIENCE_SECONDS } from "../../../worker/pool/threadWatch.ts";
import { addConnectionFlags, callerCredentials, type ConnectionFlags } from "../connection.ts";
import { CommandError, EXIT } from "../failure.ts";
import { createLog, type LogLevel } from "../log.ts";
import {
  addMetricsFlag,
  refuseOpenMetrics,
  serveMetrics,
  type MetricsFlags,
} from "../metricsFlag.ts";
import {
  addressOption,
  DEFAULT_ADDRESS,
  defaultThreads,
  integerUpTo,
  MAXIMUM_THREADS,
  typed,
} from "../options.ts";
import { untilSignal } from "../signals.ts";

interface Flags extends ConnectionFlags, MetricsFlags {
  readonly coordinator: string;
  readonly threads: number;
  readonly grace: number;
  readonly patience: number;
  readonly logLevel?: LogLevel;
}

export function addWorkCommand(program: Command): void {
  const added = program
    .command("work")
    .description(
      "run a worker, until Ctrl-C or SIGTERM; it finishes and delivers what it has begun",
    )
    .addOption(
      new Option("--coordinator <host:port>", "the coordinator to work for")
        .env("LYAPUNOV_COORDINATOR")
        .argParser(addressOption)
        .default(DEFAULT_ADDRESS),
    );
  addMetricsFlag(addConnectionFlags(added))
    .option(
      "--threads <count>",
      "threads that propagate",
      integerUpTo(MAXIMUM_THREADS),
      defaultThreads(),
    )
    .option("--grace <seconds>", "time to finish in when told to stop", secondsFrom(0), 30)
    .option(
      "--patience <seconds>",
      "how long a thread may show no progress, such as a layer, before it is ended",
      secondsFrom(1),
      DEFAULT_PATIENCE_SECONDS,
    )
    .action(async (_options, command: Command) => {
      await work(command.optsWithGlobals<Flags>());
    });
}

async function work(flags: Flags): Promise<void> {
  const credentials = callerCredentials(flags, flags.coordinator);
  refuseOpenMetrics(flags);
  const { startWorker } = await import("../../../worker/worker.ts");
  const log = createLog(flags.logLevel ?? "info");
  await using served = await serveMetrics(flags, loadMetrics, log);
  const signalled = untilSignal();
  try {
    const worker = await startWorker({
      coordinator: flags.coordinator,
      credentials,
      threads: flags.threads,
      patienceSeconds: flags.patience,
      log,
      ...(served.metrics !== undefined && { metrics: served.metrics }),
    });
    log.info({ coordinator: flags.coordinator, threads: flags.threads }, "worker started");
    const stopped = signalled.then(async () => {
      log.info({ graceSeconds: flags.grace }, "draining; a second signal ends it at once");
      await worker.drain(flags.grace);
    });
    await Promise.race([worker.left, stopped]);
  } catch (error) {
    throw new CommandError((error as Error).message, EXIT.failed, { cause: error });
  }
}

async function loadMetrics() {
  const { WorkerMetrics } = await import("../../../worker/metrics/workerMetrics.ts");
  return WorkerMetrics;
}

function secondsFrom(least: number): (text: string) => number {
  return (text) => {
    const value = typed(text);
    if (typeof value === "number" && value >= least && value <= 86_400) return value;
    throw new InvalidArgumentError(`Give seconds from ${least} to 86400.`);
  };
}
