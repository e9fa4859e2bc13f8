import { Help, type Command } from "commander";

import { InputError } from "../sdk/errors.ts";
import { EXAMPLES } from "./examples.ts";
import { EXIT_MEANINGS } from "./exitCodes.ts";
import { drawingColumns } from "./presentation/terminal.ts";
import { fullName, refuseCommand } from "./usage.ts";

/** Fewest columns for a description beside its flag; with fewer it stands below. */
const LEAST_DESCRIPTION_COLUMNS = 40;
const USAGE = "Usage: ";

/**
 * Makes help as wide as the terminal, with the flags that all commands share. Asked of a command
 * that does not exist it is refused, and so is a command line that ends before its command.
 */
export function configureHelpOf(program: Command, terms: (command: Command) => string): void {
  program
    .configureOutput({
      getOutHelpWidth: () => drawingColumns(process.stdout),
      getErrHelpWidth: () => drawingColumns(process.stderr),
    })
    .configureHelp({
      showGlobalOptions: true,
      subcommandTerm: terms,
      styleUsage: (text) =>
        linesOf(text, drawingColumns() - USAGE.length).join(`\n${" ".repeat(USAGE.length)}`),
      formatItem: (term, termWidth, description, helper) => {
        const columns = helper.helpWidth ?? drawingColumns();
        const room = columns - termWidth - 4;
        if (room >= LEAST_DESCRIPTION_COLUMNS) {
          return new Help().formatItem(term, termWidth, description, helper);
        }
        const below = linesOf(description, columns - 6).map((line) => `      ${line}`);
        return [`  ${term}`, ...below].join("\n");
      },
    })
    .addHelpText("beforeAll", ({ command }) => {
      refuseUnknown(command);
      return "";
    })
    .addHelpText("afterAll", ({ command, error }) => {
      if (error) refuseMissing(command);
      return "";
    });
}

/** Adds examples and exit codes to the help of a command and of those below it. */
export function addHelpTail(command: Command): void {
  command.addHelpText("after", () => tailOf(command));
  for (const below of command.commands) below.addHelpText("after", () => tailOf(below));
}

/** @throws InputError if help is asked for with the name of a command that does not exist */
function refuseUnknown(command: Command): void {
  const [name] = command.args;
  if (name === undefined || name.startsWith("-") || command.commands.length === 0) return;
  const names = command.commands.map((each) => each.name());
  if (!["help", ...names].includes(name)) refuseCommand(command, name);
}

/** @throws InputError that lists the commands of which one is to be given */
function refuseMissing(command: Command): never {
  const names = command.commands.map((each) => each.name()).join(", ");
  throw new InputError(`a command is missing; give one after '${fullName(command)}': ${names}`);
}

/**
 * Breaks a text into lines by commander's own means: what measures every character of a terminal
 * would be loaded by each command, and takes longer than most of them.
 */
function linesOf(text: string, columns: number): string[] {
  const help = new Help();
  // Left to itself it breaks nothing into lines of fewer than 40 characters.
  help.minWidthToWrap = 1;
  return help.boxWrap(text, columns).split("\n");
}

function tailOf(command: Command): string {
  const columns = drawingColumns();
  const name = fullName(command).split(" ").slice(1).join(" ");
  const examples = EXAMPLES[name] ?? [];
  const longest = Math.max(...examples.map(([line]) => line.length), 0);
  const lines = examples.flatMap(([line, use]) => {
    const beside = `  $ ${line.padEnd(longest)}  ${use}`;
    if (beside.length <= columns) return [beside];
    return [`  $ ${line}`, ...linesOf(use, columns - 6).map((text) => `      ${text}`)];
  });
  const codes = Object.entries(EXIT_MEANINGS).map(([code, meaning]) => `${code} ${meaning}`);
  return [
    ...(lines.length === 0 ? [] : ["", "Examples:", ...lines]),
    "",
    ...linesOf(`Exit codes: ${codes.join(", ")}`, columns),
  ].join("\n");
}
