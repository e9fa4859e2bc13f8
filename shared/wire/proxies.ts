import { BlockList, isIP } from "node:net";

import { hostOf } from "./addresses.ts";
import { reasonOf } from "./reason.ts";

/** An HTTP proxy through which TLS connections are made. */
export interface Proxy {
  /** HOST:PORT. */
  readonly address: string;
  /** `user:password`, for a proxy that asks for them. */
  readonly credentials?: string;
  /** Environment variable that names the proxy. */
  readonly variable: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that name a proxy, as gRPC has them; the first one with a value counts. */
const PROXY_VARIABLES = ["grpc_proxy", "https_proxy", "http_proxy"] as const;
/** Variables that list hosts to be called directly; the first one with a value counts. */
const DIRECT_VARIABLES = ["no_grpc_proxy", "no_proxy"] as const;

/** Addresses of this machine, IPv4 ones mapped to IPv6 included. */
const OWN = new BlockList();
OWN.addSubnet("127.0.0.0", 8, "ipv4");
OWN.addAddress("0.0.0.0", "ipv4");
OWN.addAddress("::1", "ipv6");
OWN.addAddress("::", "ipv6");

/**
 * The proxy for a TLS connection to a server, as the environment has it; undefined if the connection
 * is direct, as every connection within this machine is. Lower-case variables come before upper-case
 * ones.
 *
 * @param address HOST:PORT of the server
 * @throws Error if the variable's value is not the address of a proxy that can be used
 */
export function proxyOf(address: string, environment: Environment): Proxy | undefined {
  const named = firstSet(PROXY_VARIABLES, environment);
  if (named === undefined) return undefined;
  const host = bare(hostOf(address));
  if (isOwn(host)) return undefined;
  const port = address.slice(address.lastIndexOf(":") + 1);
  const direct = firstSet(DIRECT_VARIABLES, environment)?.value.split(/[\s,]+/) ?? [];
  if (direct.some((entry) => covers(entry, host, port))) return undefined;
  return parse(named);
}

interface Variable {
  readonly variable: string;
  readonly value: string;
}

function firstSet(names: readonly string[], environment: Environment): Variable | undefined {
  for (const name of names) {
    for (const variable of [name, name.toUpperCase()]) {
      const value = environment[variable]?.trim() ?? "";
      if (value !== "") return { variable, value };
    }
  }
  return undefined;
}

/** Reads `http://user:password@host:port`; the scheme and all but the host may be missing. */
function parse({ variable, value }: Variable): Proxy {
  try {
    const url = new URL(value.includes("://") ? value : `http://${value}`);
    if (url.protocol !== "http:") throw new Error(`${url.protocol}// is not supported`);
    const { hostname, port, username, password } = url;
    const user = decodeURIComponent(username);
    const credentials = password === "" ? user : `${user}:${decodeURIComponent(password)}`;
    return {
      address: `${hostname}:${port === "" ? "80" : port}`,
      variable,
      ...(credentials !== "" && { credentials }),
    };
  } catch (error) {
    // The value may hold a password, and is not repeated.
    throw new Error(
      `${variable}: its value cannot be used (${reasonOf(error)}); ` +
        `give http://HOST:PORT, or list the coordinator's host in no_proxy`,
      { cause: error },
    );
  }
}

/** The host without the brackets of IPv6 and the dot at the end of a full name. */
function bare(host: string): string {
  return host
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "")
    .toLowerCase();
}

function isOwn(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || isIn(OWN, host);
}

/**
 * Whether an entry of `no_proxy` covers the server: `*`, a name with all names below it, an address,
 * or a range of addresses as `10.0.0.0/8`; names and IPv4 addresses may have a port.
 */
function covers(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const [, range = "", length] = /^\[?([^\]/]+)\]?\/(\d+)$/.exec(entry) ?? [];
  if (length !== undefined) return isInRange(range, Number(length), host);
  const [, name = "", onlyPort] = /^(\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const covered = bare(name).replace(/^\*?\./, "");
  return covered !== "" && (host === covered || (isIP(host) === 0 && host.endsWith(`.${covered}`)));
}

function isInRange(address: string, length: number, host: string): boolean {
  const version = isIP(address);
  if (version === 0 || length > (version === 4 ? 32 : 128)) return false;
  const range = new BlockList();
  range.addSubnet(address, length, version === 4 ? "ipv4" : "ipv6");
  return isIn(range, host);
}

function isIn(list: BlockList, host: string): boolean {
  const version = isIP(host);
  return version !== 0 && list.check(host, version === 4 ? "ipv4" : "ipv6");
}
