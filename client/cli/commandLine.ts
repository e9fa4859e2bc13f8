import { Help, type Command } from "commander";

import { VERSION } from "../../shared/wire/version.ts";
import { COMMANDS, type CommandEntry } from "./commandList.ts";
import { LOG_LEVELS } from "./logLevels.ts";
import { choice } from "./readers.ts";
import { ThrowingCommand } from "./usage.ts";
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
    .configureHelp({
      subcommandTerm: (command) => entries.get(command)?.term ?? new Help().subcommandTerm(command),
    })
    .configureOutput({ writeOut, writeErr: say })
    .exitOverride();

  const define = async (command: Command) => {
    const entry = entries.get(command);
    entries.delete(command);
    await entry?.define(command);
  };
  for (const entry of COMMANDS) {
    const [name = ""] = entry.term.split(" ");
    entries.set(program.command(name).description(entry.description), entry);
  }
  program.hook("preSubcommand", (_program, command) => define(command));
  // Commander's own help command would show a command before its flags are there.
  program
    .helpCommand(false)
    .command("help [command]")
    .description("display help for command")
    .helpOption(false)
    .allowExcessArguments()
    .action(async (name: string | undefined) => {
      if (name === undefined) return program.help();
      const command = program.commands.find((each) => each.name() === name);
      if (command === undefined) return program.help({ error: true });
      await define(command);
      return command.help();
    });
  return program;
}
