import { Started, type Ended, type StartOptions } from "./processes.ts";

/**
 * Runs a program that tests need besides Node, to its end. If it is missing, they fail and say what
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
