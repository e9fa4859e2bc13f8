import { isIPv6 } from "node:net";
import type { PeerCertificate } from "node:tls";

import { status as Code } from "@grpc/grpc-js";

import { ApiError } from "../../shared/wire/errorDetails.ts";
import { permits } from "../../shared/wire/roles.ts";
import { requirementOf } from "./methods.ts";
import type { Holder, TokenTable } from "./tokenTable.ts";

/** A call, or a request over HTTP, as far as it is known before anything of it is read. */
export interface Knock {
  /** The method's path, such as `/lyapunov.v1.FleetService/Work` or `/api/runs`. */
  readonly path: string;
  /** Digest of the caller's token; a malformed token counts as none. */
  readonly tokenDigest: Buffer | undefined;
  /** The name in the caller's certificate, if one was asked for. */
  readonly certificateName: string | undefined;
  /** The caller's address, without its port. */
  readonly address: string;
}

/** The names of a caller; limits are kept by them. */
export interface Caller {
  /** A token's name, or a certificate's, or an address. */
  readonly client: string;
  /** The client on one machine: the workers of a fleet may share one token. */
  readonly peer: string;
}

/**
 * Decides who may come in. Without a table, everybody may whom TLS lets through. With one, the caller
 * needs a token with the method's role, or a certificate to which the table gives that role.
 *
 * @throws ApiError UNAUTHENTICATED, PERMISSION_DENIED
 */
export function authorize(table: TokenTable | undefined, knock: Knock): Caller {
  const { path, certificateName, address } = knock;
  const requirement = requirementOf(path);
  if (requirement === undefined) {
    throw new ApiError(
      Code.PERMISSION_DENIED,
      "ROLE_MISSING",
      `${path} cannot be called by anyone; call a method of lyapunov.v1`,
    );
  }
  if (table === undefined || requirement === "nothing") {
    return callerOf(certificateName ?? address, address);
  }
  const { name, roles } = holderOf(table, knock);
  if (!permits(roles, requirement)) {
    throw new ApiError(
      Code.PERMISSION_DENIED,
      "ROLE_MISSING",
      `the token or certificate of ${name} is only for ${roles.join(", ")}, but ` +
        `${path.replace(/^.*\//, "")} needs the role ${requirement}; ask for one that has it`,
    );
  }
  return callerOf(name, address);
}

/** Finds the caller in the table: by its token, or, without one, by its certificate. */
function holderOf(table: TokenTable, { tokenDigest, certificateName }: Knock): Holder {
  if (tokenDigest !== undefined) {
    const token = table.find(tokenDigest);
    if (token !== undefined) return token;
    throw new ApiError(
      Code.UNAUTHENTICATED,
      "TOKEN_UNKNOWN",
      "the token is unknown or no longer valid; ask whoever runs the coordinator for one",
    );
  }
  const holder = certificateName === undefined ? undefined : table.findCertificate(certificateName);
  if (holder !== undefined) return holder;
  throw new ApiError(
    Code.UNAUTHENTICATED,
    "TOKEN_MISSING",
    "no token is given, or more than one; give one with --token-file or LYAPUNOV_TOKEN, " +
      "or as metadata authorization: Bearer TOKEN",
  );
}

function callerOf(client: string, address: string): Caller {
  return { client, peer: client === address ? address : `${client} at ${address}` };
}

/** The name in a certificate that TLS accepted: its subject, or else its fingerprint. */
export function nameOf(certificate: PeerCertificate | undefined): string | undefined {
  if (certificate === undefined) return undefined;
  const name: unknown = certificate.subject.CN;
  return typeof name === "string" && name !== "" ? name : certificate.fingerprint256;
}

/** The address of a socket; an IPv4 address in an IPv6 one is written as IPv4. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return "unknown";
  return isIPv6(address) ? address.replace(/^::ffff:(?=\d+\.)/i, "") : address;
}
