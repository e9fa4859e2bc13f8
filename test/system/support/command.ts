import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { runHere } from "./inProcess.ts";
import { Started, type Ended, type StartOptions } from "./processes.ts";

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** The built command, which is what ships. */
export const COMMAND = `${ROOT}dist/client/main.js`;

/** Starts `lyapunov …`. */
export function startCommand(args: readonly string[], options: StartOptions = {}): Started {
  return new Started(process.execPath, [COMMAND, ...args], { cwd: ROOT, ...options });
}

/** Runs `lyapunov …` to its end. */
export async function runCommand(
  args: readonly string[],
  options: StartOptions = {},
): Promise<Ended> {
  await using started = startCommand(args, options);
  return await started.ended;
}

/** Runs `lyapunov … --json` as a process, which must succeed, and reads what it prints. */
export async function commandJson<Answer>(args: readonly string[]): Promise<Answer> {
  const line = ["--quiet", ...args, "--json"];
  return printed(line, await runCommand(line)) as Answer;
}

/** Runs `lyapunov … --json` in the tests' process, which must succeed, and reads what it prints. */
export async function jsonHere<Answer>(args: readonly string[]): Promise<Answer> {
  const line = ["--quiet", ...args, "--json"];
  return printed(line, await runHere(line)) as Answer;
}

function printed(line: readonly string[], { code, stdout, stderr }: Ended): unknown {
  assert.equal(code, 0, `lyapunov ${line.join(" ")}\n${stderr}`);
  const answer: unknown = JSON.parse(stdout);
  // So that comparing what was read is comparing the bytes that were printed.
  assert.equal(`${JSON.stringify(answer, undefined, 2)}\n`, stdout);
  return answer;
}
