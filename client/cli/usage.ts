import { Command, type ErrorOptions } from "commander";

import { InputError } from "../sdk/errors.ts";

/**
 * One of commander's commands that throws its complaints as InputErrors instead of printing them.
 */
export class ThrowingCommand extends Command {
  override createCommand(name?: string): Command {
    return new ThrowingCommand(name);
  }

  /** @throws InputError always */
  override error(message: string, { code }: ErrorOptions = {}): never {
    throw new InputError(`${usageSentence(this, code, message)}; see ${fullName(this)} --help`);
  }
}

/**
 * Refuses the name of a command that does not exist, with those that are like it.
 *
 * @throws InputError always
 */
export function refuseCommand(parent: Command, name: string): never {
  if (parent.commands.length > 0) {
    // Commander's own words for it, with its suggestions.
    parent.parse([name], { from: "user" });
  }
  throw new InputError(`unknown command '${name}'; see ${fullName(parent)} --help`);
}

/** The command as it is typed: `lyapunov runs list`. */
export function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

function usageSentence(command: Command, code: string | undefined, message: string): string {
  if (code === "commander.excessArguments") {
    const { registeredArguments, args } = command;
    const expected = `${registeredArguments.length} argument${registeredArguments.length === 1 ? "" : "s"}`;
    return `too many arguments for '${command.name()}'; expected ${expected} but got ${args.length}: ${args.join(", ")}`;
  }
  // Any other complaint is a sentence already, with a suggestion on a second line.
  return message.replace(/^error: /, "").replaceAll("\n", " ");
}
