import { isIP } from "node:net";
import { hostname } from "node:os";

/**
 * Whether a name in a `Host` header is surely one that leads here, and not one of a stranger's site
 * that was made to (DNS rebinding: a browser would let that site's scripts read what is answered). A
 * stranger can name no address, no name without a dot, and none that this machine goes by.
 *
 * @param host the header, with or without a port; absent before HTTP/1.1, which no browser speaks.
 * @param listenedOn the host that the page was told to listen on.
 */
export function isOwnHost(
  host: string | undefined,
  listenedOn: string,
  machine: string = hostname(),
): boolean {
  if (host === undefined) return true;
  const name = host.replace(/:\d*$/, "").replace(/\.$/, "").toLowerCase();
  return (
    isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0 ||
    !name.includes(".") ||
    name.endsWith(".localhost") ||
    name === listenedOn.toLowerCase() ||
    name === machine.toLowerCase()
  );
}
