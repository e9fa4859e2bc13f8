import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";

import {
  ChannelCredentials,
  InterceptingCall,
  type ClientOptions,
  type Interceptor,
} from "@grpc/grpc-js";

import { hostOf } from "./addresses.ts";
import type { Identity } from "./certificates.ts";
import { AUTHORIZATION, bearer } from "./tokens.ts";

/** How a coordinator is called: over TLS or not, and with which token. */
export interface CallerCredentials {
  /** Over TLS; otherwise in the clear. */
  readonly tls?: {
    /** Certificates in PEM of those who may vouch for the coordinator; default: those that Node knows. */
    readonly authority?: Buffer;
    /** Who the caller is, for a coordinator that asks for a certificate. */
    readonly identity?: Identity;
  };
  /** Asked at every call, so that a token may be replaced while the process runs. */
  readonly token?: () => string;
}

/** For a coordinator that asks nobody who they are. */
export const NO_CREDENTIALS: CallerCredentials = {};

/** What TLS calls a server that has no name but its address; certificates are not asked about it. */
const NAMELESS = "coordinator.invalid";

/** Whatever happens to the other end: half a minute after it has vanished without a word, calls fail. */
const KEEPALIVE: ClientOptions = {
  "grpc.keepalive_time_ms": 20_000,
  "grpc.keepalive_timeout_ms": 10_000,
};

/** What a client of a coordinator is made with. */
export interface ClientParts {
  readonly channel: ChannelCredentials;
  readonly options: ClientOptions;
}

/** @param address HOST:PORT of the coordinator. */
export function clientParts(address: string, { tls, token }: CallerCredentials): ClientParts {
  const interceptors = token === undefined ? [] : [tokenInterceptor(token)];
  const options = { ...KEEPALIVE, interceptors };
  if (tls === undefined) return { channel: ChannelCredentials.createInsecure(), options };
  const { authority = null, identity } = tls;
  const host = hostOf(address).replace(/^\[|\]$/g, "");
  const channel = ChannelCredentials.createSsl(authority, identity?.key, identity?.certificate, {
    checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
  });
  // Only names may be sent (RFC 6066), and grpc-js would send an address.
  const name = isIP(host) === 0 ? {} : { "grpc.ssl_target_name_override": NAMELESS };
  return { channel, options: { ...options, ...name } };
}

/** Shows a token with every call; grpc-js's own way does so only over TLS. */
function tokenInterceptor(token: () => string): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start: (metadata, listener, next) => {
        metadata.set(AUTHORIZATION, bearer(token()));
        next(metadata, listener);
      },
    });
}
