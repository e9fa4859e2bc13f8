import { readFileSync } from "node:fs";
import { getCACertificates } from "node:tls";

import type { Command } from "commander";

import { hostOf, isLoopback } from "../../shared/wire/addresses.ts";
import {
  authorityProblem,
  certificateProblem,
  keyProblem,
  type Identity,
} from "../../shared/wire/certificates.ts";
import type { CallerCredentials } from "../../shared/wire/credentials.ts";
import { isToken } from "../../shared/wire/tokens.ts";
import { SimulationApi } from "../sdk/api.ts";
import { badInput } from "./failure.ts";

/** How a coordinator is called, as flags have it. */
export interface ConnectionFlags {
  readonly tls?: boolean;
  readonly tlsAuthority?: string;
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  readonly tokenFile?: string;
  readonly insecure?: boolean;
}

/** Flags of every command that calls a coordinator that is not inside its process. */
export function addConnectionFlags(command: Command): Command {
  return command
    .option("--tls", "call the coordinator over TLS; the system's authorities vouch for it")
    .option("--tls-authority <file>", "… this authority does: its certificate, in PEM")
    .option("--tls-certificate <file>", "show this certificate to the coordinator, in PEM")
    .option("--tls-key <file>", "the certificate's private key, in PEM")
    .option(
      "--token-file <file>",
      "show the token in this file to the coordinator (default: $LYAPUNOV_TOKEN, if it is set)",
    )
    .option("--insecure", "show the token beyond this machine even without TLS");
}

/** Refuses flags that say how a coordinator is called, where none is. */
export function assertNoConnectionFlags(flags: ConnectionFlags): void {
  const { tls, tlsAuthority, tlsCertificate, tlsKey, tokenFile } = flags;
  const given = Object.entries({ tls, tlsAuthority, tlsCertificate, tlsKey, tokenFile });
  const [name] = given.find(([, value]) => value !== undefined) ?? [];
  if (name === undefined) return;
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw badInput(`--${flag}: the cluster inside this process needs none; give --coordinator`);
}

/** Calls the coordinator as the flags say, and tells people if it has to be looked for. */
export function openApi(
  coordinator: string,
  flags: ConnectionFlags & { readonly quiet?: boolean },
): SimulationApi {
  return new SimulationApi(coordinator, callerCredentials(flags, coordinator), () => {
    if (flags.quiet === true) return;
    process.stderr.write(`looking for the coordinator that leads among ${coordinator}\n`);
  });
}

/** The flags by which another command calls the same coordinator; of a token its file alone. */
export function callFlags(coordinator: string, flags: ConnectionFlags): string {
  const files = {
    "--tls-authority": flags.tlsAuthority,
    "--tls-certificate": flags.tlsCertificate,
    "--tls-key": flags.tlsKey,
    "--token-file": flags.tokenFile,
  };
  return [
    `--coordinator ${coordinator}`,
    ...(flags.tls === true ? ["--tls"] : []),
    ...Object.entries(files).flatMap(([flag, path]) =>
      path === undefined ? [] : [`${flag} ${quoted(path)}`],
    ),
    ...(flags.insecure === true ? ["--insecure"] : []),
  ].join(" ");
}

/** As a shell reads it back. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

/**
 * What the flags, and the environment's token, say of calls to the coordinator.
 *
 * @param coordinator HOST:PORT, or several with commas.
 * @throws CommandError that names the flag, the file and the remedy
 */
export function callerCredentials(
  flags: ConnectionFlags,
  coordinator: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): CallerCredentials {
  const hasTls = flags.tls === true || flags.tlsAuthority !== undefined;
  const identity = readIdentity(flags);
  if (identity !== undefined && !hasTls) {
    throw badInput("--tls-certificate: it is shown over TLS alone; give --tls-authority or --tls");
  }
  const token = readToken(flags, environment);
  const open = coordinator.split(",").find((address) => !isLoopback(hostOf(address)));
  if (token !== undefined && !hasTls && open !== undefined && flags.insecure !== true) {
    const source = flags.tokenFile === undefined ? "LYAPUNOV_TOKEN" : "--token-file";
    throw badInput(
      `${source}: the token would go to ${open} in the clear; ` +
        `give --tls-authority or --tls, or say --insecure`,
    );
  }
  return {
    ...(hasTls && {
      tls: {
        authority:
          flags.tlsAuthority === undefined
            ? systemAuthorities()
            : readAuthority(flags.tlsAuthority),
        ...(identity !== undefined && { identity }),
      },
    }),
    ...(token !== undefined && { token }),
  };
}

/** Those of the operating system, beside those that Node brings along. */
function systemAuthorities(): Buffer {
  return Buffer.from([...getCACertificates("default"), ...getCACertificates("system")].join("\n"));
}

function readAuthority(path: string): Buffer {
  const authority = read("--tls-authority", path);
  refuse("--tls-authority", path, authorityProblem(authority, Date.now()));
  return authority;
}

function readIdentity({ tlsCertificate, tlsKey }: ConnectionFlags): Identity | undefined {
  if (tlsCertificate === undefined && tlsKey === undefined) return undefined;
  if (tlsCertificate === undefined) {
    throw badInput("--tls-certificate: it is missing; give the certificate of --tls-key");
  }
  if (tlsKey === undefined) {
    throw badInput("--tls-key: it is missing; give the private key of --tls-certificate");
  }
  const identity = {
    certificate: read("--tls-certificate", tlsCertificate),
    key: read("--tls-key", tlsKey),
  };
  const problem = certificateProblem(identity.certificate, Date.now());
  refuse("--tls-certificate", tlsCertificate, problem);
  refuse("--tls-key", tlsKey, keyProblem(identity));
  return identity;
}

/** A file is read again for every call: a worker goes on when its token is replaced. */
function readToken(
  { tokenFile }: ConnectionFlags,
  environment: Readonly<Record<string, string | undefined>>,
): (() => string) | undefined {
  if (tokenFile !== undefined) {
    let last = checkedToken("--token-file", tokenFile, read("--token-file", tokenFile));
    return () => {
      try {
        last = checkedToken("--token-file", tokenFile, read("--token-file", tokenFile));
      } catch {
        // Somebody is about to replace it; the one from before may still do.
      }
      return last;
    };
  }
  const fromEnvironment = environment["LYAPUNOV_TOKEN"] ?? "";
  if (fromEnvironment === "") return undefined;
  const token = checkedToken("LYAPUNOV_TOKEN", undefined, fromEnvironment);
  return () => token;
}

/** The text may be a secret, and so it is not repeated. */
function checkedToken(source: string, path: string | undefined, text: Buffer | string): string {
  const token = String(text).trim();
  if (isToken(token)) return token;
  const what = path === undefined ? "the value is no token" : `'${path}' holds no token`;
  throw badInput(`${source}: ${what}; give what 'lyapunov token' prints, and nothing else`);
}

function read(flag: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw badInput(
      `${flag}: '${path}' cannot be read (${(error as Error).message}); give a file that can`,
    );
  }
}

function refuse(flag: string, path: string, problem: string | undefined): void {
  if (problem !== undefined) throw badInput(`${flag}: '${path}' ${problem}`);
}
