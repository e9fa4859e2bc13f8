import type { Command } from "commander";

import { InputError } from "../sdk/errors.ts";

/** How a coordinator is called, as flags have it. */
export interface ConnectionFlags {
  readonly tls?: boolean;
  readonly tlsAuthority?: string;
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  readonly tokenFile?: string;
  readonly insecure?: boolean;
}

/** Adds the flags of every command that calls a coordinator outside its process. */
export function addConnectionFlags(command: Command): Command {
  return command
    .option("--tls", "call the coordinator over TLS and trust the system's authorities")
    .option(
      "--tls-authority <file>",
      "call it over TLS and trust this authority instead: its certificate, in PEM",
    )
    .option("--tls-certificate <file>", "send this certificate to the coordinator, in PEM")
    .option("--tls-key <file>", "the certificate's private key, in PEM")
    .option(
      "--token-file <file>",
      "send the token in this file to the coordinator (default: $LYAPUNOV_TOKEN, if set)",
    )
    .option("--insecure", "send the token beyond this machine even without TLS");
}

/** Refuses flags about calling a coordinator where the cluster is inside the process. */
export function assertNoConnectionFlags(flags: ConnectionFlags): void {
  const { tls, tlsAuthority, tlsCertificate, tlsKey, tokenFile } = flags;
  const given = Object.entries({ tls, tlsAuthority, tlsCertificate, tlsKey, tokenFile });
  const [name] = given.find(([, value]) => value !== undefined) ?? [];
  if (name === undefined) return;
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new InputError(
    `--${flag}: the cluster inside this process does not use it; give --coordinator`,
  );
}

/** The flags by which another command calls the same coordinator; a token only by its file. */
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

/** The path as a shell reads it back. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
