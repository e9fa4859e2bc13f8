import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";

import {
  ChannelCredentials,
  type Client as GrpcClient,
  InterceptingCall,
  status as Code,
  type ClientOptions,
  type Interceptor,
} from "@grpc/grpc-js";

import { hostOf } from "./addresses.ts";
import { hasLostReason } from "./connectionTrouble.ts";
import type { CallerCredentials } from "./credentials.ts";
import { proxyOf, type Environment, type Proxy } from "./proxies.ts";
import { silenceInterceptor } from "./silentPeers.ts";
import { AUTHORIZATION, bearer } from "./tokens.ts";

/** A class of clients of one service, as grpc-js makes them. */
type ClientClass<Client> = new (
  address: string,
  channel: ChannelCredentials,
  options: ClientOptions,
) => Client;

/** The name that TLS is given for a server known only by its address; it is not checked. */
const NAMELESS = "coordinator.invalid";

/** Makes calls fail half a minute after the other end has vanished without a word. */
const KEEPALIVE: ClientOptions = {
  "grpc.keepalive_time_ms": 20_000,
  "grpc.keepalive_timeout_ms": 10_000,
};

/**
 * Makes a client of a coordinator. Every channel of ours is made here, for here is decided what may
 * carry it: a proxy carries only TLS, and nothing within this machine. A channel in the clear is
 * always direct, whatever the environment says, so that no proxy ever reads a token or an answer.
 *
 * @param address HOST:PORT of the coordinator
 * @param options of this channel, beside those that all have
 * @throws Error if the environment names a proxy that cannot be used
 */
export function connect<Client extends GrpcClient>(
  Service: ClientClass<Client>,
  address: string,
  { tls, token }: CallerCredentials,
  options: ClientOptions = {},
  environment: Environment = process.env,
): Client {
  const proxy = tls === undefined ? undefined : proxyOf(address, environment);
  const interceptors = [
    ...(token === undefined ? [] : [tokenInterceptor(token)]),
    silenceInterceptor(
      () => client.getChannel().getConnectivityState(false),
      silence(address, proxy),
    ),
    ...(proxy === undefined ? [] : [proxyInterceptor(proxy, address)]),
  ];
  const client = new Service(
    proxy === undefined ? address : `dns:${proxy.address}`,
    channel(address, tls),
    {
      ...KEEPALIVE,
      interceptors,
      ...(tls !== undefined && nameOptions(address)),
      // grpc-js would read the environment itself: only its lower-case variables, and for loopback and
      // channels in the clear, too.
      "grpc.enable_http_proxy": 0,
      ...(proxy !== undefined && proxyOptions(proxy, address)),
      ...options,
    },
  );
  return client;
}

/** What is wrong if there is no connection after a while. */
function silence(address: string, proxy: Proxy | undefined): string {
  if (proxy === undefined) return `${address} has not answered`;
  return `the proxy ${proxy.address} (${proxy.variable}) has made no connection to ${address}`;
}

function channel(address: string, tls: CallerCredentials["tls"]): ChannelCredentials {
  if (tls === undefined) return ChannelCredentials.createInsecure();
  const { authority = null, identity } = tls;
  return ChannelCredentials.createSsl(authority, identity?.key, identity?.certificate, {
    checkServerIdentity: (_name, certificate) =>
      checkServerIdentity(hostName(address), certificate),
  });
}

/** TLS may send only names (RFC 6066), but grpc-js would send an address. */
function nameOptions(address: string): ClientOptions {
  if (isIP(hostName(address)) === 0) return {};
  return { "grpc.ssl_target_name_override": NAMELESS };
}

/** The host of HOST:PORT, without the brackets of IPv6. */
function hostName(address: string): string {
  return hostOf(address).replace(/^\[|\]$/g, "");
}

/** The options by which grpc-js asks a proxy (HTTP CONNECT) for a way to the address. */
function proxyOptions({ credentials }: Proxy, address: string): ClientOptions {
  return {
    "grpc.default_authority": address,
    "grpc.http_connect_target": `dns:${address}`,
    ...(credentials !== undefined && { "grpc.http_connect_creds": credentials }),
  };
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

/** Names the proxy where a connection through it failed; grpc-js drops most reasons. */
function proxyInterceptor({ address: proxy, variable }: Proxy, address: string): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start: (metadata, _listener, next) => {
        next(metadata, {
          onReceiveStatus: (status, pass) => {
            const failing =
              status.code === Code.UNAVAILABLE ? failingProxy(status.details, address) : undefined;
            const details = `the proxy ${proxy} (${variable}) ${failing}`;
            pass(failing === undefined ? status : { ...status, details });
          },
        });
      },
    });
}

/** What is wrong with the proxy, after its name; undefined if something else failed. */
function failingProxy(details: string, address: string): string | undefined {
  // With a proxy, only its own name is looked up here.
  if (details.startsWith("Name resolution failed")) return "has a name without an address";
  return hasLostReason(details) ? `makes no connection to ${address}` : undefined;
}
