import assert from "node:assert/strict";

import { Started } from "../../system/support/processes.ts";
import { commandsOf, type CodeBlock } from "./documents.ts";
import type { Scratch } from "./scratch.ts";
import type { Surroundings } from "./surroundings.ts";

/** Commands that run until they are told to stop, and how they say that they are ready. */
const SERVING = [
  { command: /^\.\/lyapunov serve\b/, ready: /^listening on/m, stream: "stdout" },
  { command: /^\.\/lyapunov work\b/, ready: /joined the coordinator/, stream: "stderr" },
  { command: /^curl --no-buffer\b/, ready: /^data: /m, stream: "stdout" },
] as const;

/** Runs the commands of a block one after the other; each has to succeed. */
export async function runBlock(
  block: CodeBlock,
  scratch: Scratch,
  surroundings: Surroundings,
): Promise<void> {
  let environment = { ...scratch.environment, ...surroundings.environment };
  const serving: Started[] = [];
  await using processes = new AsyncDisposableStack();
  for (const documented of commandsOf(block)) {
    const kind = SERVING.find(({ command }) => command.test(documented));
    const command = surroundings.command(documented);
    if (kind === undefined) {
      await using started = start(command, scratch, environment);
      const { code, stdout, stderr } = await started.ended;
      assert.equal(code, 0, `${block.place}: ${documented}\n${stdout}${stderr}`);
      continue;
    }
    const server = start(`exec ${withAddress(command, surroundings)}`, scratch, environment);
    serving.push(processes.use(server));
    await server.said(kind.ready, kind.stream);
    if (command.startsWith("./lyapunov serve")) {
      environment = { LYAPUNOV_COORDINATOR: surroundings.coordinator, ...environment };
    }
  }
  for (const server of serving.toReversed()) {
    server.signal("SIGTERM");
    const { code, signal, stdout, stderr } = await server.ended;
    // Programs that handle signals end in order; curl does not.
    assert.ok(code === 0 || signal === "SIGTERM", `${block.place}: ${stdout}${stderr}`);
  }
}

/** The default address of a coordinator, which documents do not name. */
function withAddress(command: string, { coordinator }: Surroundings): string {
  if (!command.startsWith("./lyapunov serve") || command.includes("--listen")) return command;
  return command.replace("serve", `serve --listen ${coordinator}`);
}

function start(
  command: string,
  { folder }: Scratch,
  env: Readonly<Record<string, string>>,
): Started {
  const strict = ["-euo", "pipefail", "-c", command];
  return new Started("bash", strict, { cwd: folder, env });
}
