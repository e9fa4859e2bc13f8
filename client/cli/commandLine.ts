import { Help, type Command } from "commander";

import { VERSION } from "../../shared/wire/version.ts";
import { COMMANDS, type CommandEntry } from "./commandList.ts";
import { LOG_LEVELS } from "./logLevels.ts";
import { choice } from "./readers.ts";
import { addHelpTail, configureHelpOf } from "./commandHelp.ts";
import { refuseCommand, ThrowingCommand } from "./usage.ts";
import { say } from "./streams.ts";

/**
 * Creates the whole command line. The flags of a command are there once it has been asked for.
 *
 * @param writeOut takes what help and version have to say
 */
export function createCommandLine(writeOut: (text: string) => void): Command {
  const entries = new Map<Command, CommandEntry>();
  const program = new ThrowingCommand("lyapunov")
    .description("Lyapunov exponents of deep random networks, by Monte Carlo on a cluster")
    .version(VERSION)
    .addOption(choice("--log-level <level>", "level of the log on standard error", LOG_LEVELS))
    .option("--quiet", "show no progress on standard error")
    .configureOutput({ writeOut, writeErr: say })
    .exitOverride();
  configureHelpOf(
    program,
    (command) => entries.get(command)?.term ?? new Help().subcommandTerm(command),
  );
  addHelpTail(program);

  const define = async (command: Command) => {
    const entry = entries.get(command);
    entries.delete(command);
    if (entry === undefined) return;
    await entry.define(command);
    addHelpTail(command);
  };
  for (const entry of COMMANDS) {
    const [name = ""] = entry.term.split(" ");
    entries.set(program.command(name).description(entry.description), entry);
  }
  program.hook("preSubcommand", (_program, command) => define(command));
  // Commander's own help command would show a command before its flags are there.
  program
    .helpCommand(false)
    .command("help [command...]")
    .description("display help for command")
    .helpOption(false)
    .action(async (names: readonly string[]) => {
      let shown: Command = program;
      for (const name of names) {
        const next = shown.commands.find((each) => each.name() === name);
        if (next === undefined) return refuseCommand(shown, name);
        await define(next);
        shown = next;
      }
      return shown.help();
    });
  return program;
}
