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

/** The name that TLS is given for a server known only by its address; it is not checked. */
const NAMELESS = "coordinator.invalid";

/** Makes calls fail half a minute after the other end has vanished without a word. */
const KEEPALIVE: ClientOptions = {
  "grpc.keepalive_time_ms": 20_000,
  "grpc.keepalive_timeout_ms": 10_000,
};

/** The parts from which grpc-js makes a client of a coordinator. */
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
  // TLS may send only names (RFC 6066), but grpc-js would send an address.
  const name = isIP(host) === 0 ? {} : { "grpc.ssl_target_name_override": NAMELESS };
  return { channel, options: { ...options, ...name } };
}

/** Sends a token with every call; grpc-js's own way does so only over TLS. */
function tokenInterceptor(token: () => string): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start: (metadata, listener, next) => {
        metadata.set(AUTHORIZATION, bearer(token()));
        next(metadata, listener);
      },
    });
}
