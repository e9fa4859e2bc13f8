import { CommanderError } from "commander";

import { createCommandLine } from "./commandLine.ts";
import { EXIT } from "./exitCodes.ts";
import { describeFailure } from "./failure.ts";

/** Runs a command line, by default the process's own; returns the exit code. */
export async function runProgram(line: readonly string[] = process.argv.slice(2)): Promise<number> {
  // A reader may stop reading our output: `lyapunov runs list | head` is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
  try {
    await createCommandLine().parseAsync(line, { from: "user" });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) {
      // The help or the version is out; help that was not asked for answers bad input.
      return error.exitCode === 0 ? EXIT.done : EXIT.badInput;
    }
    const { message, exitCode } = await describeFailure(error);
    process.stderr.write(`lyapunov: ${message}\n`);
    return exitCode;
  }
}
