import { InvalidArgumentError, Option, type Command } from "commander";

import { addConnectionFlags, callerCredentials, type ConnectionFlags } from "../connection.ts";
import { CommandError, EXIT } from "../failure.ts";
import { createLog, type LogLevel } from "../log.ts";
import {
  addressOption,
  DEFAULT_ADDRESS,
  defaultThreads,
  integerUpTo,
  MAXIMUM_THREADS,
  typed,
} from "../options.ts";
import { untilSignal } from "../signals.ts";

interface Flags extends ConnectionFlags {
  readonly coordinator: string;
  readonly threads: number;
  readonly grace: number;
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
  addConnectionFlags(added)
    .option(
      "--threads <count>",
      "threads that propagate",
      integerUpTo(MAXIMUM_THREADS),
      defaultThreads(),
    )
    .option("--grace <seconds>", "time to finish in when told to stop", seconds, 30)
    .action(async (_options, command: Command) => {
      await work(command.optsWithGlobals<Flags>());
    });
}

async function work(flags: Flags): Promise<void> {
  const credentials = callerCredentials(flags, flags.coordinator);
  const { startWorker } = await import("../../worker/worker.ts");
  const log = createLog(flags.logLevel ?? "info");
  const signalled = untilSignal();
  try {
    const worker = await startWorker({
      coordinator: flags.coordinator,
      credentials,
      threads: flags.threads,
      log,
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

function seconds(text: string): number {
  const value = typed(text);
  if (typeof value === "number" && value >= 0 && value <= 86_400) return value;
  throw new InvalidArgumentError("Give seconds from 0 to 86400.");
}
