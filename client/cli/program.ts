import { CommanderError } from "commander";

import { createCommandLine } from "./commandLine.ts";
import { EXIT } from "./exitCodes.ts";
import { describeFailure } from "./failure.ts";
import { print, say } from "./streams.ts";

/** Runs a command line, by default the process's own; returns the exit code. */
export async function runProgram(line: readonly string[] = process.argv.slice(2)): Promise<number> {
  try {
    return await answer(line);
  } catch (error) {
    const { message, exitCode } = await describeFailure(error);
    say(`lyapunov: ${message}\n`);
    return exitCode;
  }
}

async function answer(line: readonly string[]): Promise<number> {
  let help = "";
  const commands = createCommandLine((text) => {
    help += text;
  });
  try {
    await commands.parseAsync(line, { from: "user" });
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // The help or the version was asked for; help that was not asked for answers bad input.
    await print(help);
    return error.exitCode === 0 ? EXIT.done : EXIT.badInput;
  }
}
