import { spawn } from "node:child_process";

/** Why the set-up cannot go on, in one sentence with a remedy. */
export class SetUpError extends Error {}

/** How a program is run, and what is said where that does not work. */
export interface ProgramOptions {
  readonly signal: AbortSignal;
  /** Where the program is missing. */
  readonly missing: string;
  /** Where it fails; it has said more on stderr. */
  readonly failed: string;
  readonly folder?: string;
}

/**
 * Runs a program and shows what it prints on stderr, because nothing of it is a result.
 *
 * @throws SetUpError
 */
export async function run(
  program: string,
  programArguments: readonly string[],
  options: ProgramOptions,
): Promise<void> {
  await ended(program, programArguments, options, "show");
}

/** Runs a program and returns what it prints on stdout. */
export async function outputOf(
  program: string,
  programArguments: readonly string[],
  options: ProgramOptions,
): Promise<string> {
  return ended(program, programArguments, options, "keep");
}

function ended(
  program: string,
  programArguments: readonly string[],
  { signal, missing, failed, folder }: ProgramOptions,
  output: "show" | "keep",
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(program, programArguments, {
    stdio: ["ignore", output === "show" ? 2 : "pipe", 2],
    signal,
    ...(folder !== undefined && { cwd: folder }),
  });
  let text = "";
  child.stdout?.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  child.on("error", (error: NodeJS.ErrnoException) => {
    reject(error.code === "ENOENT" ? new SetUpError(missing) : error);
  });
  child.on("close", (code, killer) => {
    if (code === 0) resolve(text);
    else reject(new SetUpError(killer === null ? failed : `${failed} (ended by ${killer})`));
  });
  return promise;
}
