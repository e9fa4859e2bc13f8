import { reasonOf } from "./reason.ts";

/**
 * What went wrong with a connection, freed from grpc-js's words about its own state; never empty.
 *
 * @param details of the status UNAVAILABLE
 */
export function connectionTrouble(details: string): string {
  const last = lastError(details) ?? details;
  const tls = /error:\w+:SSL routines:[^:]*:([^:]+):/.exec(last)?.[1];
  if (tls !== undefined) return `TLS: ${tls}`;
  return reasonOf(last.replace(/ \(\d{4}-\d\d-\d\dT[^)]*\)$/, ""));
}

/**
 * Whether grpc-js has dropped the reason for which there is no connection. It does so when a proxy
 * cannot be reached, or refuses.
 */
export function hasLostReason(details: string): boolean {
  const last = lastError(details);
  return last === "undefined" || last === "null" || last === "";
}

/** The last failure to connect, where grpc-js speaks of one. */
function lastError(details: string): string | undefined {
  return /Last error: (?:Error: )?(.*?)\. Resolution note:/s.exec(details)?.[1];
}
