import { Started, type Ended, type StartOptions } from "./processes.ts";

/**
 * Runs a program that the tests need beside Node, to its end; without it they fail, and say what
 * to install.
 */
export async function runTool(
  command: string,
  args: readonly string[],
  debianPackages: string,
  options: StartOptions = {},
): Promise<Ended> {
  await using started = new Started(command, args, options);
  try {
    return await started.ended;
  } catch (error) {
    throw new Error(`${command} is needed: apt-get install ${debianPackages}`, { cause: error });
  }
}
