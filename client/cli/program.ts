import { logVerbosity, setLogVerbosity } from "@grpc/grpc-js";
import { CommanderError, Command, Option } from "commander";

import { VERSION } from "../../shared/wire/version.ts";
import { addBenchCommand } from "./commands/bench.ts";
import { addExactCommand } from "./commands/exact.ts";
import { addRunCommand } from "./commands/run.ts";
import { addRunsCommand } from "./commands/runs.ts";
import { addServeCommand } from "./commands/serve.ts";
import { addSweepCommand } from "./commands/sweep.ts";
import { addTokenCommand } from "./commands/token.ts";
import { addWorkCommand } from "./commands/work.ts";
import { describeFailure, EXIT, usageSentence } from "./failure.ts";
import { LOG_LEVELS } from "./log.ts";

/** Runs the command line and sets the process's exit code. */
export async function runProgram(): Promise<void> {
  // Failures are said once, by us; GRPC_VERBOSITY brings grpc-js's own words back.
  if (process.env["GRPC_VERBOSITY"] === undefined) setLogVerbosity(logVerbosity.NONE);
  const program = new Command("lyapunov")
    .description("Lyapunov exponents of deep random networks, by Monte Carlo on a cluster")
    .version(VERSION)
    .addOption(
      new Option("--log-level <level>", "of the log on standard error").choices(LOG_LEVELS),
    )
    .option("--quiet", "no progress on standard error")
    .configureOutput({
      outputError: (complaint, write) => {
        write(`lyapunov: ${usageSentence(complaint)}\n`);
      },
    })
    .exitOverride();

  addExactCommand(program);
  addRunCommand(program);
  addSweepCommand(program);
  addServeCommand(program);
  addWorkCommand(program);
  addRunsCommand(program);
  addTokenCommand(program);
  addBenchCommand(program);

  // Whoever reads our output may stop reading: `lyapunov runs list | head` is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has said it already; asking for help is no failure.
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.badInput;
    } else {
      const { message, exitCode } = describeFailure(error);
      process.stderr.write(`lyapunov: ${message}\n`);
      process.exitCode = exitCode;
    }
  }
}
