import { hostOf, isLoopback } from "../../shared/wire/addresses.ts";

/** What a coordinator is about to be open to, and whom it would ask. */
export interface Exposure {
  /** That which says where to listen. */
  readonly flag: "--listen" | "--http";
  /** HOST:PORT. */
  readonly listen: string;
  readonly hasTls: boolean;
  readonly asksForCertificates: boolean;
  readonly asksForTokens: boolean;
  /** Somebody has said that it should be so. */
  readonly insecure: boolean;
}

/** Why a coordinator must not start like this, in a sentence; undefined if it may. */
export function exposureProblem(exposure: Exposure): string | undefined {
  const { flag, listen, hasTls, asksForCertificates, asksForTokens, insecure } = exposure;
  if (insecure || isLoopback(hostOf(listen))) return undefined;
  if (!hasTls) {
    const what = asksForTokens
      ? "would have tokens cross the network in the clear"
      : "would be open to everyone who reaches it";
    return (
      `${flag}: ${listen} ${what}; give --tls-certificate and --tls-key` +
      `${asksForTokens ? "" : " with --tokens or --tls-client-authority"}, ` +
      `listen on 127.0.0.1, or say --insecure`
    );
  }
  if (asksForCertificates || asksForTokens) return undefined;
  return (
    `${flag}: ${listen} would be open to everyone who reaches it, over TLS though; ` +
    `give --tokens or --tls-client-authority, listen on 127.0.0.1, or say --insecure`
  );
}
