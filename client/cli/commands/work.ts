import type { Command } from "commander";

import { DEFAULT_PATIENCE_SECONDS } from "../../../worker/pool/shardWatch.ts";
import { callerCredentials } from "../callerCredentials.ts";
import { countReader, defaultThreads } from "../clusterFlags.ts";
import { addDeviceFlags, backendsOf, type DeviceFlags } from "../deviceFlags.ts";
import type { ConnectionFlags } from "../connectionFlags.ts";
import { addCoordinatorFlags, coordinatorOf } from "../coordinatorFlag.ts";
import type { LogLevel } from "../logLevels.ts";
import {
  addMetricsFlag,
  refuseOpenMetrics,
  serveMetrics,
  type MetricsFlags,
} from "../metricsFlag.ts";
import { InputError } from "../../sdk/errors.ts";
import { flag, secondsFrom } from "../readers.ts";
import { untilSignal } from "../signals.ts";
import { reasonOf } from "../../../shared/wire/reason.ts";

interface Flags extends ConnectionFlags, MetricsFlags, DeviceFlags {
  readonly coordinator?: string;
  readonly threads: number;
  readonly grace: number;
  readonly patience: number;
  readonly logLevel?: LogLevel;
}

const LONGEST_SECONDS = 86_400;

/** `lyapunov work`. */
export function defineWork(command: Command): void {
  addDeviceFlags(addMetricsFlag(addCoordinatorFlags(command, "the coordinator to work for")))
    .addOption(
      flag("--threads <count>", "compute threads of the processor", countReader).default(
        defaultThreads(),
      ),
    )
    .addOption(
      flag(
        "--grace <seconds>",
        "time to finish when told to stop",
        secondsFrom(0, LONGEST_SECONDS),
      ).default(30),
    )
    .addOption(
      flag(
        "--patience <seconds>",
        "how long a thread or process may show no progress, such as a layer, before it is replaced",
        secondsFrom(1, LONGEST_SECONDS),
      ).default(DEFAULT_PATIENCE_SECONDS),
    )
    .action(async () => {
      await work(command.optsWithGlobals<Flags>());
    });
}

async function work(flags: Flags): Promise<void> {
  const coordinator = coordinatorOf(flags);
  const credentials = callerCredentials(flags, coordinator);
  const backends = backendsOf(flags);
  refuseOpenMetrics(flags);
  const [{ startWorker, UnknownDevice }, { silenceGrpc }, { createLog }] = await Promise.all([
    import("../../../worker/worker.ts"),
    import("../grpcLog.ts"),
    import("../log.ts"),
  ]);
  silenceGrpc();
  const log = createLog(flags.logLevel ?? "info");
  await using served = await serveMetrics(flags, loadMetrics, log);
  const signalled = untilSignal();
  try {
    const starting = startWorker({
      coordinator,
      credentials,
      backends,
      names: flags.devices,
      allowSoftware: flags.allowSoftware,
      threads: flags.threads,
      patienceSeconds: flags.patience,
      log,
      ...(served.metrics !== undefined && { metrics: served.metrics }),
    });
    // Devices are measured first; whoever wants the worker to end then need not wait for that.
    const worker = await Promise.race([starting, signalled.then(() => undefined)]);
    if (worker === undefined) {
      void starting.then(
        (started) => started.stop(),
        () => undefined,
      );
      return;
    }
    log.info({ coordinator, threads: flags.threads }, "worker started");
    const stopped = signalled.then(async (signal) => {
      log.info(
        { signal, graceSeconds: flags.grace },
        "draining; Ctrl-C or SIGTERM for a second time ends this worker at once",
      );
      await worker.drain(flags.grace);
    });
    await Promise.race([worker.left, stopped]);
  } catch (error) {
    if (error instanceof UnknownDevice) throw new InputError(`--devices: ${error.message}`);
    // In its own words: a failed call would be described as if a client had made it.
    throw new Error(reasonOf(error), { cause: error });
  }
}

async function loadMetrics() {
  const { WorkerMetrics } = await import("../../../worker/metrics/workerMetrics.ts");
  return WorkerMetrics;
}
