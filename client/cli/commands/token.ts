import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";

import { Argument, type Command } from "commander";

import { ROLES, type Role } from "../../../shared/wire/roles.ts";
import { newToken, tokenDigest } from "../../../shared/wire/tokens.ts";
import { InputError } from "../../sdk/errors.ts";
import { printJson } from "../presentation/printJson.ts";
import { flag, parserOf, type Reader } from "../readers.ts";
import { reasonOf } from "../../../shared/wire/reason.ts";
import { print, printAside } from "../streams.ts";

interface Flags {
  readonly roles: readonly Role[];
  readonly tokenFile?: string;
  readonly json?: boolean;
}

const nameReader: Reader<string> = {
  read: (text) => (/^[\w.@-]{1,64}$/.test(text) ? text : undefined),
  remedy: "give 1 to 64 letters, digits, and . _ @ -",
};

const rolesReader: Reader<readonly Role[]> = {
  read: (text) => {
    const names = text.split(",");
    const roles = ROLES.filter((role) => names.includes(role));
    return roles.length > 0 && roles.length === names.length ? roles : undefined;
  },
  remedy: `give one or more of ${ROLES.join(", ")}, separated by commas`,
};

/** `lyapunov token`. */
export function defineToken(command: Command): void {
  command
    .addArgument(
      new Argument("<name>", "owner of the token").argParser(parserOf("NAME", nameReader)),
    )
    .addOption(
      flag(
        "--roles <roles>",
        `roles of the token, separated by commas: ${ROLES.join(", ")}`,
        rolesReader,
      ).makeOptionMandatory(),
    )
    .option(
      "--token-file <file>",
      "instead of printing the token, write it to a new file that only you can read",
    )
    .option("--json", "print both as JSON on standard output")
    .action(async (name: string) => {
      await makeToken(name, command.optsWithGlobals<Flags>());
    });
}

async function makeToken(name: string, { roles, tokenFile, json }: Flags): Promise<void> {
  const token = newToken(randomBytes);
  const sha256 = tokenDigest(token).toString("hex");
  if (tokenFile !== undefined) writeToken(tokenFile, token);
  if (json === true) {
    const shown = tokenFile === undefined ? { token } : { tokenFile };
    await printJson({ name, roles, sha256, ...shown });
    return;
  }
  // Before its entry: a token that nobody saw should not be let in.
  if (tokenFile === undefined) await printAside(`${token}\n`);
  await print(
    `- name: ${JSON.stringify(name)}\n  roles: [${roles.join(", ")}]\n  sha256: ${sha256}\n`,
  );
}

function writeToken(path: string, token: string): void {
  try {
    writeFileSync(path, `${token}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw new InputError(
      `--token-file: '${path}' cannot be written (${reasonOf(error)}); give a new file`,
    );
  }
}
