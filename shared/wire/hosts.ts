import { isIP } from "node:net";
import { hostname } from "node:os";

import { isLoopback } from "./addresses.ts";

/**
 * Whether the name in a `Host` header leads here by right. Another site may have its own name lead
 * here (DNS rebinding), and a browser would then let that site's scripts read what is answered.
 *
 * On loopback its own names are known; elsewhere addresses are trusted, names without a dot, which
 * are of the local network, that of this machine, and that which was listened on.
 *
 * @param host the header, with or without a port; absent before HTTP/1.1, which no browser speaks.
 * @param listenedOn the host that was told to listen on.
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
