import { getCACertificates } from "node:tls";

import { MAXIMUM_SECRET_BYTES, readOnce, type FileContent } from "../../shared/files/readFile.ts";
import { hostOf, isLoopback } from "../../shared/wire/addresses.ts";
import {
  authorityProblem,
  certificateProblem,
  keyProblem,
  type Identity,
} from "../../shared/wire/certificates.ts";
import type { CallerCredentials } from "../../shared/wire/credentials.ts";
import { isToken } from "../../shared/wire/tokens.ts";
import { InputError } from "../sdk/errors.ts";
import type { ConnectionFlags } from "./connectionFlags.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

/**
 * Reads the files that the flags name, and the token of the file or the environment.
 *
 * @param coordinator HOST:PORT, or several with commas
 * @throws InputError that names the flag, the file and the remedy
 */
export function callerCredentials(
  flags: ConnectionFlags,
  coordinator: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): CallerCredentials {
  const hasTls = flags.tls === true || flags.tlsAuthority !== undefined;
  const identity = readIdentity(flags);
  if (identity !== undefined && !hasTls) {
    throw new InputError(
      "--tls-certificate: it is sent only over TLS; give --tls-authority or --tls",
    );
  }
  const token = readToken(flags, environment);
  const open = coordinator.split(",").find((address) => !isLoopback(hostOf(address)));
  if (token !== undefined && !hasTls && open !== undefined && flags.insecure !== true) {
    const source = flags.tokenFile === undefined ? "LYAPUNOV_TOKEN" : "--token-file";
    throw new InputError(
      `${source}: the token would go to ${open} in the clear; ` +
        `give --tls-authority or --tls, or pass --insecure`,
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

/** The operating system's authorities beside Node's own. */
function systemAuthorities(): Buffer {
  return Buffer.from([...getCACertificates("default"), ...getCACertificates("system")].join("\n"));
}

function readAuthority(path: string): Buffer {
  const authority = read("--tls-authority", path).bytes;
  refuse("--tls-authority", path, authorityProblem(authority, Date.now()));
  return authority;
}

function readIdentity({ tlsCertificate, tlsKey }: ConnectionFlags): Identity | undefined {
  if (tlsCertificate === undefined && tlsKey === undefined) return undefined;
  if (tlsCertificate === undefined) {
    throw new InputError("--tls-certificate: it is missing; give the certificate of --tls-key");
  }
  if (tlsKey === undefined) {
    throw new InputError("--tls-key: it is missing; give the private key of --tls-certificate");
  }
  const identity = {
    certificate: read("--tls-certificate", tlsCertificate).bytes,
    key: read("--tls-key", tlsKey).bytes,
  };
  const problem = certificateProblem(identity.certificate, Date.now());
  refuse("--tls-certificate", tlsCertificate, problem);
  refuse("--tls-key", tlsKey, keyProblem(identity));
  return identity;
}

/** The token to show; a file is read again for every call, so that it may be replaced. A pipe is not. */
function readToken(
  { tokenFile }: ConnectionFlags,
  environment: Readonly<Record<string, string | undefined>>,
): (() => string) | undefined {
  if (tokenFile !== undefined) {
    const { bytes, isPipe } = read("--token-file", tokenFile);
    let last = checkedToken("--token-file", tokenFile, bytes);
    if (isPipe) return () => last;
    return () => {
      try {
        const again = read("--token-file", tokenFile, 0);
        last = checkedToken("--token-file", tokenFile, again.bytes);
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

/** A token, without the space around it; what is none may be a secret, and is not repeated. */
function checkedToken(source: string, path: string | undefined, text: Buffer | string): string {
  const token = String(text).trim();
  if (isToken(token)) return token;
  const what = path === undefined ? "the value is not a token" : `'${path}' holds no token`;
  throw new InputError(`${source}: ${what}; give what 'lyapunov token' prints, and nothing else`);
}

/** @param patience milliseconds in which a pipe must end; default: as long as a person may take. */
function read(flag: string, path: string, patience?: number): FileContent {
  try {
    return readOnce(path, MAXIMUM_SECRET_BYTES, patience);
  } catch (error) {
    throw new InputError(`${flag}: '${path}' ${reasonOf(error)}`);
  }
}

function refuse(flag: string, path: string, problem: string | undefined): void {
  if (problem !== undefined) throw new InputError(`${flag}: '${path}' ${problem}`);
}
