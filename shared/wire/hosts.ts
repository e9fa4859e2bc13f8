import { isIP } from "node:net";
import { hostname } from "node:os";

import { isLoopback } from "./addresses.ts";

/**
 * Says what is wrong with the number of `Host` headers, in a sentence; undefined if there is one.
 * A proxy in front may have looked at another one than this server if there are several.
 */
export function hostCountProblem(hosts: readonly string[] | undefined): string | undefined {
  if (hosts === undefined || hosts.length === 0) return "there is no Host header; send one";
  return hosts.length === 1 ? undefined : `there are ${hosts.length} Host headers; send one`;
}

/**
 * True if the name in a `Host` header is this server's. Otherwise another site could point its own
 * name here (DNS rebinding), and a browser would let that site's scripts read the answers.
 *
 * On loopback only loopback names are accepted. Elsewhere these are accepted too: addresses, names
 * without a dot, which belong to the local network, this machine's name, and the host listened on.
 *
 * @param host the header, with or without a port; only clients older than HTTP/1.1, and so no
 * browsers, omit it.
 * @param listenedOn the host on which the server was told to listen.
 */
export function isOwnHost(
  host: string | undefined,
  listenedOn: string,
  machine: string = hostname(),
): boolean {
  if (host === undefined) return true;
  const name = host.replace(/:\d*$/, "").replace(/\.$/, "").toLowerCase();
  if (isLoopback(name) || name.endsWith(".localhost")) return true;
  if (isLoopback(listenedOn)) return false;
  const isAddress = isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0;
  return (
    isAddress ||
    !name.includes(".") ||
    [listenedOn, machine].some((own) => own.toLowerCase() === name)
  );
}
