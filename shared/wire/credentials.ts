import type { Identity } from "./certificates.ts";

/** How to call a coordinator: over TLS or not, and with which token. */
export interface CallerCredentials {
  /** What TLS needs; without it, calls are not encrypted. */
  readonly tls?: {
    /** Certificates in PEM of authorities trusted for the coordinator; default: Node's own. */
    readonly authority?: Buffer;
    /** The caller's identity, for a coordinator that asks for a certificate. */
    readonly identity?: Identity;
  };
  /** Returns the token; called for every call, so that the token may change meanwhile. */
  readonly token?: () => string;
}

/** Credentials for a coordinator without access control. */
export const NO_CREDENTIALS: CallerCredentials = {};
