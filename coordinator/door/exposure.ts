import { hostOf, isLoopback } from "../../shared/wire/addresses.ts";

/** The address at which a coordinator is about to listen, and how it would protect it. */
export interface Exposure {
  /** The flag that gives the address. */
  readonly flag: "--listen" | "--http";
  /** The address, HOST:PORT. */
  readonly listen: string;
  readonly hasTls: boolean;
  readonly asksForCertificates: boolean;
  readonly asksForTokens: boolean;
  /** The user has asked for an open coordinator. */
  readonly insecure: boolean;
}

/** The reason why a coordinator must not start like this, in a sentence; undefined if it may. */
export function exposureProblem(exposure: Exposure): string | undefined {
  const { flag, listen, hasTls, asksForCertificates, asksForTokens, insecure } = exposure;
  if (insecure || isLoopback(hostOf(listen))) return undefined;
  if (!hasTls) {
    const what = asksForTokens
      ? "would send tokens over the network in the clear"
      : "would be open to anyone who can reach it";
    return (
      `${flag}: ${listen} ${what}; give --tls-certificate and --tls-key` +
      `${asksForTokens ? "" : " with --tokens or --tls-client-authority"}, ` +
      `listen on 127.0.0.1, or pass --insecure`
    );
  }
  if (asksForCertificates || asksForTokens) return undefined;
  return (
    `${flag}: ${listen} would be open to anyone who can reach it, although over TLS; ` +
    `give --tokens or --tls-client-authority, listen on 127.0.0.1, or pass --insecure`
  );
}
