import type { Command } from "commander";

import { coordinatorReader, DEFAULT_ADDRESS } from "./addressReaders.ts";
import { addConnectionFlags } from "./connectionFlags.ts";
import { flag, parserOf } from "./readers.ts";

/** Adds `--coordinator` to a command that cannot do without one, and how it is called. */
export function addCoordinatorFlags(command: Command, description: string): Command {
  const fallback = `(default: $LYAPUNOV_COORDINATOR, or ${DEFAULT_ADDRESS})`;
  const option = flag("--coordinator <host:port>", `${description} ${fallback}`, coordinatorReader);
  return addConnectionFlags(command.addOption(option));
}

/** The coordinator that the flag or else the environment names, or else the usual address. */
export function coordinatorOf(flags: { readonly coordinator?: string }): string {
  return flags.coordinator ?? coordinatorFromEnvironment() ?? DEFAULT_ADDRESS;
}

/**
 * $LYAPUNOV_COORDINATOR; undefined if it is not set.
 *
 * @throws InputError if it is no address
 */
export function coordinatorFromEnvironment(): string | undefined {
  const text = process.env["LYAPUNOV_COORDINATOR"] ?? "";
  if (text === "") return undefined;
  return parserOf("LYAPUNOV_COORDINATOR", coordinatorReader)(text);
}
