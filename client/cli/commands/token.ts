import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";

import { Argument, InvalidArgumentError, Option, type Command } from "commander";

import { ROLES, type Role } from "../../../shared/wire/roles.ts";
import { newToken, tokenDigest } from "../../../shared/wire/tokens.ts";
import { badInput } from "../failure.ts";
import { printJson } from "../presentation/report.ts";

interface Flags {
  readonly roles: readonly Role[];
  readonly tokenFile?: string;
  readonly json?: boolean;
}

export function addTokenCommand(program: Command): void {
  program
    .command("token")
    .description(
      "make a token: its entry for the file of 'lyapunov serve --tokens' goes to standard output, " +
        "the token itself, which is kept nowhere else, to standard error",
    )
    .addArgument(new Argument("<name>", "whose it is").argParser(nameArgument))
    .addOption(
      new Option("--roles <roles>", `what it is for, of ${ROLES.join(", ")}, with commas`)
        .argParser(rolesOption)
        .makeOptionMandatory(),
    )
    .option("--token-file <file>", "write the token to a new file that only you can read, instead")
    .option("--json", "print both as JSON on standard output")
    .action((name: string, _options, command: Command) => {
      makeToken(name, command.optsWithGlobals<Flags>());
    });
}

function makeToken(name: string, { roles, tokenFile, json }: Flags): void {
  const token = newToken(randomBytes);
  const sha256 = tokenDigest(token).toString("hex");
  if (tokenFile !== undefined) writeToken(tokenFile, token);
  if (json === true) {
    printJson({ name, roles, sha256, ...(tokenFile === undefined ? { token } : { tokenFile }) });
    return;
  }
  process.stdout.write(
    `- name: ${JSON.stringify(name)}\n  roles: [${roles.join(", ")}]\n  sha256: ${sha256}\n`,
  );
  if (tokenFile === undefined) process.stderr.write(`${token}\n`);
}

function writeToken(path: string, token: string): void {
  try {
    writeFileSync(path, `${token}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw badInput(
      `--token-file: '${path}' cannot be written (${(error as Error).message}); give a new file`,
    );
  }
}

function nameArgument(text: string): string {
  if (/^[\w.@-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError("Give 1 to 64 letters, digits, and . _ @ -");
}

function rolesOption(text: string): Role[] {
  const names = text.split(",");
  const roles = ROLES.filter((role) => names.includes(role));
  if (roles.length > 0 && roles.length === names.length) return roles;
  throw new InvalidArgumentError(`Give one or more of ${ROLES.join(", ")}, with commas.`);
}
